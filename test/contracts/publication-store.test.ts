import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { publicationStoreContract } from './publication-store.contract.ts';

describe('publication store', () => describeStores(publicationStoreContract));
