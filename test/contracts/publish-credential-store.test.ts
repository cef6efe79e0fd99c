import { describe } from 'vitest';
import { describeStores } from '../support/stores.ts';
import { publishCredentialStoreContract } from './publish-credential-store.contract.ts';

describe('publish credential store', () => describeStores(publishCredentialStoreContract));
