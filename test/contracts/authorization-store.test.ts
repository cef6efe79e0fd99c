import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { authorizationStoreContract } from './authorization-store.contract.ts';

describe('authorization store', () => describeStores(authorizationStoreContract));
