import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { feedStoreContract } from './feed-store.contract.ts';

describe('feed store', () => describeStores(feedStoreContract));
