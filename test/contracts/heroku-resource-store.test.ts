import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { herokuResourceStoreContract } from './heroku-resource-store.contract.ts';

describe('Heroku resource store', () => describeStores(herokuResourceStoreContract));
