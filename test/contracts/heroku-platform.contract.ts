import { expect, it } from 'vitest';
import type { HerokuPlatform, HerokuTokenAnswer } from '../../src/domain/heroku-resources/heroku-platform.ts';

export interface HerokuPlatformHarness {
  readonly platform: HerokuPlatform;
  /** A resource with an unused grant. */
  newGrant(): Promise<{ readonly uuid: string; readonly code: string }>;
  configOf(uuid: string): Readonly<Record<string, string>>;
  /** The resource's tokens are invalid from now on. */
  revoke(uuid: string): void;
  /** Applies to the next request. */
  outOfService(): void;
}

const CONFIG = { ACME_EVENTS_API_TOKEN: 'slc_app_new' };

function tokensOf(answer: HerokuTokenAnswer) {
  if (answer.kind !== 'tokens') throw new Error(`expected tokens, found ${answer.kind}: ${answer.message}`);
  return answer;
}

export function herokuPlatformContract(harness: () => HerokuPlatformHarness): void {
  it('exchanges a code once, and refreshes what it got', async () => {
    const { platform, newGrant } = harness();
    const { code } = await newGrant();
    const first = tokensOf(await platform.exchange(code));
    expect(first.accessToken).not.toBe('');
    expect(first.expiresInMs).toBe(28_799_000);
    expect(await platform.exchange(code)).toMatchObject({ kind: 'refused', isUnauthorized: true });
    const refreshed = tokensOf(await platform.refresh(first.refreshToken ?? ''));
    expect(refreshed.accessToken).not.toBe(first.accessToken);
    expect(await platform.refresh('another')).toMatchObject({ kind: 'refused', isUnauthorized: true });
  });

  it('sets config vars with the token of the resource, and with no other', async () => {
    const { platform, newGrant, configOf } = harness();
    const { uuid, code } = await newGrant();
    const { accessToken } = tokensOf(await platform.exchange(code));
    expect(await platform.setConfig(uuid, accessToken, CONFIG)).toEqual({ kind: 'done' });
    expect(configOf(uuid)).toMatchObject(CONFIG);
    expect(await platform.setConfig(uuid, 'another', CONFIG)).toMatchObject({
      kind: 'refused',
      isUnauthorized: true,
    });
    const other = await newGrant();
    expect(await platform.setConfig(other.uuid, accessToken, CONFIG)).toMatchObject({ kind: 'refused' });
    expect(configOf(other.uuid)).not.toMatchObject(CONFIG);
  });

  it('says when the tokens are void', async () => {
    const { platform, newGrant, revoke } = harness();
    const { uuid, code } = await newGrant();
    const { accessToken, refreshToken } = tokensOf(await platform.exchange(code));
    revoke(uuid);
    expect(await platform.setConfig(uuid, accessToken, CONFIG)).toMatchObject({
      kind: 'refused',
      isUnauthorized: true,
    });
    expect(await platform.refresh(refreshToken ?? '')).toMatchObject({
      kind: 'refused',
      isUnauthorized: true,
    });
  });

  it('tells a Heroku that does not answer from one that refuses', async () => {
    const { platform, newGrant, outOfService } = harness();
    const { code } = await newGrant();
    outOfService();
    expect(await platform.exchange(code)).toMatchObject({ kind: 'unavailable' });
    tokensOf(await platform.exchange(code));
  });
}
