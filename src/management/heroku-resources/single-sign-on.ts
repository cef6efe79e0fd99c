import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { isUuid, newUuid, sha256Hex } from '../../base/ids.ts';
import { parseWholeNumber } from '../../base/whole-number.ts';
import type { App } from '../../domain/apps/app.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import type { KeyedRequestStore } from '../../domain/apps/keyed-request-store.ts';
import type { HerokuAddon } from '../../domain/heroku-resources/heroku-addon.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';

export interface SignOnPorts {
  readonly herokuResources: HerokuResourceStore;
  readonly apps: AppStore;
  readonly keyedRequests: KeyedRequestStore;
  readonly clock: Clock;
}

/** The relevant fields of Heroku's form, unparsed. */
export interface SignOnForm {
  readonly resourceId: string;
  readonly userScopedToken: string;
  readonly timestamp: string;
  readonly userId: string;
  readonly email: string;
}

export type SignedOn =
  | { readonly kind: 'signed-on'; readonly app: App; readonly userId: string; readonly email: string }
  | { readonly kind: 'unknown' | 'gone' }
  | { readonly kind: 'forbidden'; readonly reason: 'forged' | 'stale' | 'early' | 'used' };

/** Given by Heroku's contract. */
export const SIGN_ON_AGE_MS_MAX = 5 * 60_000;
/** Tolerance for clock skew; the contract says nothing about it. */
export const SIGN_ON_AHEAD_MS_MAX = 60_000;

/**
 * Whether Heroku has just issued the form for a person. Its token covers resource, time, user and e-mail, so all of
 * these are trustworthy. A token works only once while it is valid.
 */
export async function signOn(ports: SignOnPorts, addon: HerokuAddon, form: SignOnForm): Promise<SignedOn> {
  const { herokuResources, apps, keyedRequests, clock } = ports;
  const { resourceId, userScopedToken, timestamp, userId, email } = form;
  const signed = [resourceId, addon.ssoSalt, timestamp, userId, email].join(':');
  if (!isSame(userScopedToken, sha256Hex(signed))) return { kind: 'forbidden', reason: 'forged' };
  const nowMs = clock.now();
  const seconds = parseWholeNumber(timestamp);
  if (seconds === undefined) return { kind: 'forbidden', reason: 'forged' };
  const ageMs = nowMs - seconds * 1_000;
  if (ageMs > SIGN_ON_AGE_MS_MAX) return { kind: 'forbidden', reason: 'stale' };
  if (ageMs < -SIGN_ON_AHEAD_MS_MAX) return { kind: 'forbidden', reason: 'early' };
  const resource = isUuid(resourceId.toLowerCase())
    ? await herokuResources.get(resourceId.toLowerCase())
    : undefined;
  if (resource === undefined) return { kind: 'unknown' };
  const app = resource.state === 'active' ? await apps.get(resource.appId) : undefined;
  if (app === undefined) return { kind: resource.state === 'provisioning' ? 'unknown' : 'gone' };
  // Remembered under the app for as long as it would be accepted.
  const expiresAtMs = seconds * 1_000 + SIGN_ON_AGE_MS_MAX + SIGN_ON_AHEAD_MS_MAX;
  const tokenHash = sha256Hex(`heroku sign-on ${userScopedToken}`);
  const claim = { appId: app.id, keyHash: tokenHash, contentHash: tokenHash, tryId: newUuid() };
  const { kind } = await keyedRequests.begin({ ...claim, busyUntilMs: expiresAtMs, expiresAtMs }, nowMs);
  if (kind === 'there') return { kind: 'forbidden', reason: 'used' };
  return { kind: 'signed-on', app, userId, email };
}

/** Constant time for texts of equal length; the length of a SHA-256 is not secret. */
function isSame(given: string, expected: string): boolean {
  const bytes = Buffer.from(given);
  const wanted = Buffer.from(expected);
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
}
