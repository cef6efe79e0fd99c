import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { appStoreContract } from './app-store.contract.ts';

describe('app store', () => describeStores(appStoreContract));
