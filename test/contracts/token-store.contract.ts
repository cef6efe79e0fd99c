import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import type { TokenScope } from '../../src/domain/apps/app.ts';
import { aToken } from '../support/records.ts';

const ADMIN: TokenScope = { kind: 'admin' };

export function tokenStoreContract(stores: () => Stores): void {
  it('finds a token by its hash alone', async () => {
    const token = aToken({ hash: 'a'.repeat(64) });
    await stores().tokens.put(token);
    expect(await stores().tokens.findByHash('a'.repeat(64))).toEqual(token);
    expect(await stores().tokens.findByHash('b'.repeat(64))).toBeUndefined();
    expect(await stores().tokens.findByHash(token.id)).toBeUndefined();
  });

  it('lists the tokens of a scope, oldest first', async () => {
    const app: TokenScope = { kind: 'app', appId: newUuid() };
    const other: TokenScope = { kind: 'app', appId: newUuid() };
    for (const [scope, label, createdAtMs] of [
      [app, 'second', 1_000],
      [ADMIN, 'admin', 1],
      [app, 'first', 999],
      [other, 'other', 5],
      [app, 'third', 10_000],
    ] as const) {
      await stores().tokens.put(aToken({ scope, label, createdAtMs }));
    }
    const labels = async (scope: TokenScope) => (await stores().tokens.list(scope)).map(({ label }) => label);
    expect(await labels(app)).toEqual(['first', 'second', 'third']);
    expect(await labels(other)).toEqual(['other']);
    expect(await labels(ADMIN)).toEqual(['admin']);
    expect(await labels({ kind: 'app', appId: newUuid() })).toEqual([]);
  });

  it('removes a token under its own scope only, once', async () => {
    const scope: TokenScope = { kind: 'app', appId: newUuid() };
    const token = aToken({ scope });
    const kept = aToken({ scope });
    await stores().tokens.put(token);
    await stores().tokens.put(kept);
    expect(await stores().tokens.remove({ kind: 'app', appId: newUuid() }, token.id)).toBe('gone');
    expect(await stores().tokens.remove(ADMIN, token.id)).toBe('gone');
    expect(await stores().tokens.findByHash(token.hash)).toEqual(token);
    expect(await stores().tokens.remove(scope, token.id)).toBe('removed');
    expect(await stores().tokens.findByHash(token.hash)).toBeUndefined();
    expect(await stores().tokens.list(scope)).toEqual([kept]);
    expect(await stores().tokens.remove(scope, token.id)).toBe('gone');
  });
}
