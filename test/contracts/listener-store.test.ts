import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { listenerStoreContract } from './listener-store.contract.ts';

describe('listener store', () => describeStores(listenerStoreContract));
