import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { consoleSessionStoreContract } from './console-session-store.contract.ts';

describe('console session store', () => describeStores(consoleSessionStoreContract));
