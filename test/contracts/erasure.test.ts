import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { erasureContract } from './erasure.contract.ts';

describe('erasure', () => describeStores(erasureContract));
