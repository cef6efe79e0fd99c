import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid, sha256Hex } from '../../src/base/ids.ts';
import {
  CONSOLE_SESSIONS_PER_TOKEN_MAX,
  type ConsoleLink,
  type ConsoleSession,
} from '../../src/domain/apps/console-session.ts';
import { newToken } from '../../src/management/apps/tokens.ts';
import { anApp } from '../support/records.ts';

const NOW_MS = 1_800_000_000_000;

const aHash = () => sha256Hex(newUuid());
const aToken = (appId = newUuid()) => newToken({ kind: 'app', appId }, '', NOW_MS).token;

const aLink = (more: Partial<ConsoleLink> = {}): ConsoleLink => ({
  hash: aHash(),
  tokenHash: aHash(),
  scope: { kind: 'admin' },
  expiresAtMs: NOW_MS + 60_000,
  ...more,
});
const aSession = (tokenHash: string, more: Partial<ConsoleSession> = {}): ConsoleSession => ({
  ...aLink({ tokenHash }),
  createdAtMs: NOW_MS,
  ...more,
});

export function consoleSessionStoreContract(stores: () => Stores): void {
  const store = () => stores().consoleSessions;
  const find = (session: ConsoleSession, nowMs = NOW_MS) =>
    store().findSession(session.tokenHash, session.hash, nowMs);

  it('gives a link to one of many who bring its code', async () => {
    const link = aLink();
    await store().putLink(link);
    const taken = await Promise.all(Array.from({ length: 10 }, () => store().takeLink(link.hash, NOW_MS)));
    expect(taken.filter((each) => each !== undefined)).toEqual([link]);
  });

  it('gives no link that was never there, and none from the moment on at which it expires', async () => {
    const [early, late] = [aLink(), aLink()];
    await store().putLink(early);
    await store().putLink(late);
    expect(await store().takeLink(aHash(), NOW_MS)).toBeUndefined();
    expect(await store().takeLink(early.hash, early.expiresAtMs - 1)).toEqual(early);
    expect(await store().takeLink(late.hash, late.expiresAtMs)).toBeUndefined();
  });

  it('finds a session with its token until it expires', async () => {
    const token = aToken();
    await stores().tokens.put(token);
    const session = aSession(token.hash);
    const other = aSession(token.hash);
    await store().putSession(session);
    await store().putSession(other);
    expect(await find(session)).toEqual({ session, token });
    expect(await find(other, other.expiresAtMs - 1)).toEqual({ session: other, token });
    expect(await find(session, session.expiresAtMs)).toBeUndefined();
  });

  it('finds no session by another token than its own, and none by a hash that is not one', async () => {
    const [token, another] = [aToken(), aToken()];
    await stores().tokens.put(token);
    await stores().tokens.put(another);
    const session = aSession(token.hash);
    await store().putSession(session);
    expect(await store().findSession(another.hash, session.hash, NOW_MS)).toBeUndefined();
    expect(await store().findSession(token.hash, aHash(), NOW_MS)).toBeUndefined();
    expect(await store().removeSession(another.hash, session.hash)).toBe('gone');
    expect(await find(session)).toEqual({ session, token });
  });

  it('ends a session with its token', async () => {
    const token = aToken();
    await stores().tokens.put(token);
    const session = aSession(token.hash);
    await store().putSession(session);
    await stores().tokens.remove(token.scope, token.id);
    expect(await find(session)).toBeUndefined();
  });

  it('ends the sessions of an app with the app', async () => {
    const app = anApp();
    await stores().apps.create(app);
    const token = aToken(app.id);
    await stores().tokens.put(token);
    const session = aSession(token.hash, { scope: { kind: 'app', appId: app.id } });
    await store().putSession(session);
    await stores().apps.remove(app.id);
    expect(await find(session)).toBeUndefined();
  });

  it('removes a session once', async () => {
    const token = aToken();
    await stores().tokens.put(token);
    const [session, other] = [aSession(token.hash), aSession(token.hash)];
    await store().putSession(session);
    await store().putSession(other);
    expect(await store().removeSession(token.hash, session.hash)).toBe('removed');
    expect(await store().removeSession(token.hash, session.hash)).toBe('gone');
    expect(await find(session)).toBeUndefined();
    expect(await find(other)).toEqual({ session: other, token });
  });

  it('keeps as many sessions of a token as are allowed, and lets the oldest go', async () => {
    const [token, another] = [aToken(), aToken()];
    await stores().tokens.put(token);
    await stores().tokens.put(another);
    const apart = aSession(another.hash, { createdAtMs: NOW_MS - 1_000 });
    await store().putSession(apart);
    const sessions = Array.from({ length: CONSOLE_SESSIONS_PER_TOKEN_MAX + 1 }, (_, index) =>
      aSession(token.hash, { createdAtMs: NOW_MS + index }),
    );
    for (const session of sessions) await store().putSession(session);
    const found = await Promise.all(sessions.map((session) => find(session)));
    expect(found.map((each) => each !== undefined)).toEqual([
      false,
      ...Array.from({ length: CONSOLE_SESSIONS_PER_TOKEN_MAX }, () => true),
    ]);
    expect(await find(apart)).toBeDefined();
  });
}
