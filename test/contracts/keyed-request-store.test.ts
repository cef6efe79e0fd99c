import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { keyedRequestStoreContract } from './keyed-request-store.contract.ts';

describe('keyed request store', () => describeStores(keyedRequestStoreContract));
