import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { deliveryStoreContract } from './delivery-store.contract.ts';

describe('delivery store', () => describeStores(deliveryStoreContract));
