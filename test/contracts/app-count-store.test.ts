import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { appCountStoreContract } from './app-count-store.contract.ts';

describe('app count store', () => describeStores(appCountStoreContract));
