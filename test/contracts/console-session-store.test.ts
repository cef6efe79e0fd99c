import { describe, expect, it } from 'vitest';
import { DynamoConsoleSessionStore } from '../../src/adapters/dynamodb/console-session-store.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import type { Query } from '../../src/adapters/dynamodb/table.ts';
import { sha256Hex } from '../../src/base/ids.ts';
import { newToken } from '../../src/management/apps/tokens.ts';
import { overridden } from '../support/api-under-test.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { describeStores } from '../support/stores.ts';
import { consoleSessionStoreContract } from './console-session-store.contract.ts';

describe('console session store', () => {
  describeStores(consoleSessionStoreContract);

  it('finds a session on DynamoDB before every copy of the table has it', async () => {
    const emulated = await EmulatedDynamodb.start();
    try {
      const { table } = emulated;
      const behind = overridden(table, {
        query: async (query: Query) => (query.mayBeStale === true ? [] : table.query(query)),
      });
      const store = new DynamoConsoleSessionStore(behind);
      const { token } = newToken({ kind: 'admin' }, '', 0);
      await makeDynamoStores(table).tokens.put(token);
      const session = {
        hash: sha256Hex('secret'),
        tokenHash: token.hash,
        scope: token.scope,
        createdAtMs: 0,
        expiresAtMs: 1_000,
      };
      await store.putSession(session);
      expect(await store.findSession(token.hash, session.hash, 999)).toEqual({ session, token });
      expect(await store.findSession(token.hash, sha256Hex('another'), 999)).toBeUndefined();
    } finally {
      await emulated.stop();
    }
  });
});
