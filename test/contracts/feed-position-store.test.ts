import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { feedPositionStoreContract } from './feed-position-store.contract.ts';

describe('feed position store', () => describeStores(feedPositionStoreContract));
