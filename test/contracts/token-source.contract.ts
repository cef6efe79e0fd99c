import { expect, it } from 'vitest';
import type { SessionResult, TokenSource } from '../../src/domain/authorizations/token-source.ts';

export interface TokenSourceHarness {
  readonly tokens: TokenSource;
  /** The token source of another process: it shares only the store. */
  readonly others: TokenSource;
  readonly appId: string;
  readonly authorizationId: string;
  /** Salesforce rejects every access token issued so far. */
  revokeTokens(): void;
  /** The org's administrator deactivates the user. */
  deactivateUser(): void;
  /** The grant has ended for good: somebody must grant it again. */
  endGrant(): Promise<void>;
  /** Salesforce issues no access tokens for now. */
  outOfService(): void;
  remove(): Promise<void>;
  /** Whether Salesforce accepts the access token. */
  takes(accessToken: string): Promise<boolean>;
}

const REASON = {
  id: expect.stringMatching(/^[\w-]+$/),
  message: expect.stringMatching(/\w+ \w+/),
  atMs: expect.any(Number),
};

export function tokenSourceContract(harness: () => TokenSourceHarness): void {
  const session = (refusedToken?: string, source = harness().tokens) => {
    const { appId, authorizationId } = harness();
    return source.session(appId, authorizationId, refusedToken === undefined ? {} : { refusedToken });
  };
  const accessToken = async (...asked: Parameters<typeof session>) => tokenOf(await session(...asked));

  it('gives a session that Salesforce takes, the same one as long as it is good', async () => {
    const { takes } = harness();
    const given = await session();
    expect(given).toEqual({
      kind: 'session',
      session: {
        accessToken: expect.stringMatching(/./),
        instanceUrl: expect.stringMatching(/^https?:\/\/[^/]+$/),
        orgId: expect.stringMatching(/^00D/),
        userId: expect.stringMatching(/^005/),
      },
    });
    expect(await takes(tokenOf(given))).toBe(true);
    expect(await session()).toEqual(given);
    expect(await session(undefined, harness().others)).toEqual(given);
  });

  it('gives another token for one that Salesforce refused, to everyone from then on', async () => {
    const { takes, revokeTokens, others } = harness();
    const refused = await accessToken();
    expect(await accessToken(undefined, others)).toBe(refused);
    revokeTokens();
    const renewed = await accessToken(refused);
    expect(renewed).not.toBe(refused);
    expect(await takes(renewed)).toBe(true);
    expect(await accessToken()).toBe(renewed);
    expect(await accessToken(refused, others)).toBe(renewed);
  });

  it('renews once for all who ask at the same time, in whatever process', async () => {
    const { others, tokens, revokeTokens } = harness();
    const refused = await accessToken();
    revokeTokens();
    const renewed = await Promise.all(
      Array.from({ length: 10 }, (_, n) => accessToken(refused, n % 2 === 0 ? tokens : others)),
    );
    expect(new Set(renewed).size).toBe(1);
    expect(renewed[0]).not.toBe(refused);
  });

  it('says that only a person can mend a grant that has ended', async () => {
    const refused = await accessToken();
    harness().revokeTokens();
    await harness().endGrant();
    expect(await session(refused)).toEqual({ kind: 'dead', reason: expect.objectContaining(REASON) });
    expect((await session(refused, harness().others)).kind).toBe('dead');
  });

  it('says what an administrator has to change, and that it is not over in a moment', async () => {
    const refused = await accessToken();
    harness().revokeTokens();
    harness().deactivateUser();
    expect(await session(refused)).toEqual({ kind: 'failing', reason: { ...REASON, passing: false } });
  });

  it('says that Salesforce issues none for now, and does not throw', async () => {
    const refused = await accessToken();
    harness().outOfService();
    expect(await session(refused)).toEqual({ kind: 'failing', reason: { ...REASON, passing: true } });
  });

  it('says that there is no such authorization, or no longer', async () => {
    const { tokens, others, appId, authorizationId, remove } = harness();
    expect(await tokens.session(appId, 'never-made')).toEqual({ kind: 'gone' });
    await session();
    expect(await tokens.session('another-app', authorizationId)).toEqual({ kind: 'gone' });
    await remove();
    expect(await session(undefined, others)).toEqual({ kind: 'gone' });
  });
}

function tokenOf(result: SessionResult): string {
  if (result.kind !== 'session') throw new Error(`expected a session, found ${JSON.stringify(result)}`);
  return result.session.accessToken;
}
