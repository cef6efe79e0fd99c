import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { redriveStoreContract } from './redrive-store.contract.ts';

describe('redrive store', () => describeStores(redriveStoreContract));
