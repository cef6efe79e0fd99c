import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { streamStoreContract } from './stream-store.contract.ts';

describe('stream store', () => describeStores(streamStoreContract));
