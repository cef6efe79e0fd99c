import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { subscriptionStoreContract } from './subscription-store.contract.ts';

describe('subscription store', () => describeStores(subscriptionStoreContract));
