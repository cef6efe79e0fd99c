import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { allocationStoreContract } from './allocation-store.contract.ts';

describe('allocation store', () => describeStores(allocationStoreContract));
