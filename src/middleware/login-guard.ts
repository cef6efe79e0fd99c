import { type Cache, makeCache } from '../base/cache.ts';
import type { Clock } from '../base/clock.ts';
import { type Rate, TokenBuckets } from '../base/token-buckets.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Failed logins per address; further ones are refused without reading the table. */
export const FAILURES_PER_ADDRESS: Rate = { perSecond: 1, atOnce: 30 };
/** Failed logins per credential, from any address. */
export const FAILURES_PER_CREDENTIAL: Rate = { perSecond: 0.2, atOnce: 10 };
/** How long an unknown credential is not looked up again. */
export const UNKNOWN_MS = 10_000;
const REMEMBERED_MAX = 10_000;
/** Failures of one address or user are logged together for this long: one guess a second makes one line a minute. */
export const LOG_INTERVAL_MS = 60_000;
/** Total log lines, so that an attack from a million addresses does not fill the log. */
export const LINES: Rate = { perSecond: 1, atOnce: 60 };

/** Who logs in: the source address and the claimed identity (a user, or the hash of a token). */
export interface Login {
  readonly address: string;
  readonly credential: string;
}

export interface LoginGuardPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Failures of one address or user that are not logged yet. */
interface UnloggedFailures {
  readonly count: number;
  readonly loggedAtMs: number;
  readonly isLimited: boolean;
}

/**
 * Counts failed logins by address and by credential in this process, so that they cost the table next to nothing. A
 * credential that was right before is always checked, so nobody is locked out by the attempts of others.
 */
export class LoginGuard {
  readonly #addresses: TokenBuckets;
  readonly #credentials: TokenBuckets;
  readonly #unknown: Cache<true>;
  readonly #right: Cache<true> = makeCache(REMEMBERED_MAX);
  readonly #ports: LoginGuardPorts;
  readonly #unlogged: Cache<UnloggedFailures> = makeCache(REMEMBERED_MAX);
  readonly #lines: TokenBuckets;

  constructor(ports: LoginGuardPorts) {
    const { clock } = ports;
    this.#ports = ports;
    this.#lines = new TokenBuckets(LINES, clock);
    this.#addresses = new TokenBuckets(FAILURES_PER_ADDRESS, clock);
    this.#credentials = new TokenBuckets(FAILURES_PER_CREDENTIAL, clock);
    this.#unknown = makeCache(REMEMBERED_MAX, { clock, ageMsMax: UNKNOWN_MS });
  }

  /** Whether the login is worth looking up. If not, it has failed. */
  isWorthLooking({ address, credential }: Login): boolean {
    if (this.#unknown.has(credential)) return false;
    return this.#right.has(credential) || this.#addresses.wait(addressKey(address)) === 0;
  }

  succeeded({ credential }: Pick<Login, 'credential'>): void {
    this.#right.set(credential, true);
  }

  /**
   * @param isUnknown true if the table has no such credential, false for a wrong password
   * @returns 0, or the seconds to wait because too many logins have failed
   */
  failed({ address, credential }: Login, isUnknown: boolean): number {
    const wait = this.#failedAt(address);
    // A credential that was skipped because its address had failed too often may be right.
    if (isUnknown && wait === 0) {
      this.#unknown.set(credential, true);
      this.#right.delete(credential);
    }
    const credentialWait = this.#credentials.take(credential);
    // Log only an existing user: what somebody typed by mistake may be a password.
    if (!isUnknown) this.#logFailure(credential, { user: credential }, credentialWait > 0);
    return Math.max(wait, credentialWait);
  }

  /** For a text that cannot be a credential; there is nothing to remember about it. */
  failedByShape(address: string): number {
    return this.#failedAt(address);
  }

  #failedAt(address: string): number {
    this.#ports.metrics.count('LoginsFailed');
    const key = addressKey(address);
    const wait = this.#addresses.take(key);
    this.#logFailure(key, { address }, wait > 0);
    return wait;
  }

  /** Logs the first failure, the one that becomes too many, and a minute later those that came since. */
  #logFailure(
    key: string,
    whose: { readonly address: string } | { readonly user: string },
    isLimited: boolean,
  ): void {
    const nowMs = this.#ports.clock.now();
    const before = this.#unlogged.get(key);
    const count = (before?.count ?? 0) + 1;
    const isNews =
      before === undefined ||
      // Also covers a clock that was set back.
      Math.abs(nowMs - before.loggedAtMs) >= LOG_INTERVAL_MS ||
      (isLimited && !before.isLimited);
    if (!isNews || this.#lines.take('') > 0) {
      this.#unlogged.set(key, { loggedAtMs: 0, isLimited, ...before, count });
      return;
    }
    this.#ports.log.write(isLimited ? 'LOGINS_LIMITED' : 'LOGINS_FAILED', { ...whose, count });
    this.#unlogged.set(key, { loggedAtMs: nowMs, isLimited, count: 0 });
  }
}

/** Whoever has one IPv6 address has all 2^64 of its network. */
export function addressKey(address: string): string {
  return address.includes(':') ? ipv6Network(address) : address;
}

const GROUPS = 8;
const NETWORK_GROUPS = 4;

function ipv6Network(address: string): string {
  const [head = '', tail] = address.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, GROUPS - front.length - back.length) }, () => '0');
  return [...front, ...zeros, ...back].slice(0, NETWORK_GROUPS).join(':');
}
