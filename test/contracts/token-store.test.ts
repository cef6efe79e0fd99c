import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { tokenStoreContract } from './token-store.contract.ts';

describe('token store', () => describeStores(tokenStoreContract));
