import type { Clock } from '../../base/clock.ts';
import { CLOCK_SKEW_MS_MAX, isDue } from '../../base/due.ts';
import type { Timers } from '../../base/timers.ts';
import type { HerokuPlatform, HerokuTokenAnswer } from '../../domain/heroku-resources/heroku-platform.ts';
import {
  HEROKU_LOOK_AHEAD_MS_MAX,
  type HerokuGrant,
  type HerokuResource,
  herokuSecretContext,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface HerokuGrantPorts {
  readonly herokuResources: HerokuResourceStore;
  readonly herokuPlatform: HerokuPlatform;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

export type HerokuAccess =
  | { readonly kind: 'token'; readonly accessToken: string; readonly resource: HerokuResource }
  /** There is no token, and none will come. */
  | { readonly kind: 'none'; readonly message: string }
  /** There may be a token later. */
  | { readonly kind: 'unavailable'; readonly message: string };

export interface AccessOptions {
  /** A token that Heroku has just refused. */
  readonly refusedToken?: string;
  /** Refreshes a token that is still valid, if it is due for a refresh. */
  readonly ahead?: boolean;
}

/** Longer than a request to Heroku and the following write take. */
const GRANT_BUSY_MS = 30_000;
const BUSY_POLL_MS = 200;
/** A token that expires within this time may expire in transit. */
const ACCESS_MARGIN_MS = 60_000;
/** How long before its expiry the schedule refreshes a token: for a token of eight hours, that leaves 30 tries. */
const REFRESH_AHEAD_MS = 30 * 60_000;
/** The interval between the schedule's tries; a code lives five minutes. */
const TRY_AGAIN_MS = 60_000;
/** The wait after a refused refresh: our client secret may be wrong, and somebody may correct it. */
const LOST_TRY_AGAIN_MS = 3_600_000;
/**
 * An answer that is not stored is lost, and after an exchange the grant is lost with it: that is worth some patience.
 */
const STORE_RETRY_DELAYS_MS = [100, 300, 1_000, 3_000];

/**
 * Returns an access token for Heroku's Platform API for this one resource. Exchanges the grant or refreshes the token
 * if needed, one at a time across all processes.
 */
export async function herokuAccessToken(
  ports: HerokuGrantPorts,
  uuid: string,
  { refusedToken, ahead = false }: AccessOptions = {},
): Promise<HerokuAccess> {
  const { herokuResources, secrets, clock, timers } = ports;
  const giveUpAtMs = timers.elapsedMs() + GRANT_BUSY_MS;
  for (;;) {
    const resource = await herokuResources.get(uuid);
    if (resource?.state !== 'active') return { kind: 'none', message: 'the resource is not there' };
    const { grant, secrets: kept, grantBusyUntilMs } = resource;
    const nowMs = clock.now();
    if (grant.state === 'none') return { kind: 'none', message: 'Heroku sent no grant with the resource' };
    const isGood = grant.state === 'granted' && grant.accessExpiresAtMs - nowMs > ACCESS_MARGIN_MS;
    if (isGood && !(ahead && isDue(grant.tryAtMs, nowMs, HEROKU_LOOK_AHEAD_MS_MAX))) {
      const accessToken =
        kept.accessToken === undefined
          ? undefined
          : await secrets.decrypt(kept.accessToken, herokuSecretContext(resource, 'accessToken'));
      if (accessToken !== undefined && accessToken !== refusedToken)
        return { kind: 'token', accessToken, resource };
    }
    if (
      grant.state === 'lost' &&
      (grant.tryAtMs === undefined || !isDue(grant.tryAtMs, nowMs, LOST_TRY_AGAIN_MS))
    ) {
      return { kind: 'none', message: grant.reason };
    }
    const isBusy = grantBusyUntilMs !== undefined && !isDue(grantBusyUntilMs, nowMs, GRANT_BUSY_MS);
    if (!isBusy) {
      const claimed = { ...resource, grantBusyUntilMs: nowMs + GRANT_BUSY_MS };
      if ((await herokuResources.update(claimed)) === 'updated') return ask(ports, resource);
    } else if (timers.elapsedMs() >= giveUpAtMs) {
      return { kind: 'unavailable', message: 'another process has been asking Heroku for a token for long' };
    } else {
      await timers.sleep(BUSY_POLL_MS);
    }
  }
}

async function ask(ports: HerokuGrantPorts, resource: HerokuResource): Promise<HerokuAccess> {
  const { clock, log } = ports;
  const { grant, uuid, appId } = resource;
  const answer = await answerFor(ports, resource);
  const nowMs = clock.now();
  if (answer.kind === 'tokens') {
    const stored = await store(ports, uuid, (current) => withTokens(ports, current, answer, nowMs));
    if (stored === undefined) return { kind: 'none', message: 'the resource was removed meanwhile' };
    return { kind: 'token', accessToken: answer.accessToken, resource: stored };
  }
  const next = grantAfter(grant, answer, nowMs);
  await store(ports, uuid, async (current) => ({ ...current, grant: next }));
  const isLost = next.state === 'lost';
  const isNews = isLost && grant.state !== 'lost';
  if (isNews || !isLost) {
    log.write(isLost ? 'HEROKU_GRANT_LOST' : 'HEROKU_GRANT_FAILING', { appId, uuid, reason: answer.message });
  }
  return { kind: isLost ? 'none' : 'unavailable', message: answer.message };
}

/** Exchanges a code that has not expired, or refreshes the token. */
async function answerFor(
  { herokuPlatform, secrets, clock }: HerokuGrantPorts,
  resource: HerokuResource,
): Promise<HerokuTokenAnswer> {
  const { grant, secrets: kept } = resource;
  const isExchange = grant.state === 'waiting';
  const name = isExchange ? 'grantCode' : 'refreshToken';
  const sealed = kept[name];
  if (sealed === undefined || (isExchange && isPast(grant.codeExpiresAtMs, clock.now()))) {
    const message = isExchange
      ? 'the code of the grant expired before it could be exchanged'
      : 'there is no refresh token';
    return { kind: 'refused', isUnauthorized: true, message };
  }
  const secret = await secrets.decrypt(sealed, herokuSecretContext(resource, name));
  return isExchange ? herokuPlatform.exchange(secret) : herokuPlatform.refresh(secret);
}

/** Allows for clock differences: Heroku knows better. */
function isPast(expiresAtMs: number, nowMs: number): boolean {
  return nowMs > expiresAtMs + CLOCK_SKEW_MS_MAX;
}

function grantAfter(
  grant: HerokuGrant,
  answer: Exclude<HerokuTokenAnswer, { readonly kind: 'tokens' }>,
  nowMs: number,
): HerokuGrant {
  if (grant.state === 'waiting') {
    // A refusal is retried too: until the code expires, our client secret may be what is wrong.
    return nowMs < grant.codeExpiresAtMs
      ? { ...grant, tryAtMs: nowMs + TRY_AGAIN_MS }
      : { state: 'lost', reason: answer.message, atMs: nowMs };
  }
  if (answer.kind === 'unavailable' && grant.state === 'granted')
    return { ...grant, tryAtMs: nowMs + TRY_AGAIN_MS };
  const atMs = grant.state === 'lost' ? grant.atMs : nowMs;
  return { state: 'lost', reason: answer.message, atMs, tryAtMs: nowMs + LOST_TRY_AGAIN_MS };
}

async function withTokens(
  { secrets }: HerokuGrantPorts,
  resource: HerokuResource,
  answer: HerokuTokenAnswer & { readonly kind: 'tokens' },
  nowMs: number,
): Promise<HerokuResource> {
  const { accessToken, refreshToken, expiresInMs } = answer;
  const seal = (text: string, name: 'accessToken' | 'refreshToken') =>
    secrets.encrypt(text, herokuSecretContext(resource, name));
  const { grantCode: _used, ...kept } = resource.secrets;
  return {
    ...resource,
    secrets: {
      ...kept,
      accessToken: await seal(accessToken, 'accessToken'),
      ...(refreshToken !== undefined && { refreshToken: await seal(refreshToken, 'refreshToken') }),
    },
    grant: {
      state: 'granted',
      accessExpiresAtMs: nowMs + expiresInMs,
      // A short-lived token is refreshed after half of its life; a long-lived one is refreshed too.
      tryAtMs:
        nowMs + Math.min(Math.max(expiresInMs - REFRESH_AHEAD_MS, expiresInMs / 2), HEROKU_LOOK_AHEAD_MS_MAX),
    },
  };
}

/** Stores the result, even if others write the record meanwhile; undefined if the resource is gone by then. */
async function store(
  { herokuResources, timers }: HerokuGrantPorts,
  uuid: string,
  change: (current: HerokuResource) => Promise<HerokuResource>,
): Promise<HerokuResource | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const current = await herokuResources.get(uuid);
      if (current?.state !== 'active') return undefined;
      const changed = withDue({ ...(await change(current)), grantBusyUntilMs: undefined });
      if ((await herokuResources.update(changed)) === 'updated')
        return { ...changed, version: changed.version + 1 };
    } catch (error) {
      // The table did not answer: the token that Heroku has just issued exists nowhere else.
      const delayMs = STORE_RETRY_DELAYS_MS[attempt];
      if (delayMs === undefined) throw error;
      await timers.sleep(delayMs);
    }
  }
}
