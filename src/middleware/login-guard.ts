import { type Cache, makeCache } from '../base/cache.ts';
import type { Clock } from '../base/clock.ts';
import { type Rate, TokenBuckets } from '../base/token-buckets.ts';

/** Failed logins of one address; more of them are refused without a look at the table. */
export const FAILURES_PER_ADDRESS: Rate = { perSecond: 1, atOnce: 30 };
/** Failed logins with one credential, from wherever they come. */
export const FAILURES_PER_CREDENTIAL: Rate = { perSecond: 0.2, atOnce: 10 };
/** How long nobody looks again whether an unknown credential exists by now. */
export const UNKNOWN_MS = 10_000;
const REMEMBERED_MAX = 10_000;

/** Who logs in: the address it comes from, and what it claims to be (a user, or the hash of a token). */
export interface Login {
  readonly address: string;
  readonly credential: string;
}

/**
 * Counts failed logins by address and by credential, in this process, so that they cost the table next to nothing. A credential
 * that was right before is looked at whatever happened: nobody is locked out by what others tried.
 */
export class LoginGuard {
  readonly #addresses: TokenBuckets;
  readonly #credentials: TokenBuckets;
  readonly #unknown: Cache<true>;
  readonly #right: Cache<true> = makeCache(REMEMBERED_MAX);

  constructor(clock: Clock) {
    this.#addresses = new TokenBuckets(FAILURES_PER_ADDRESS, clock);
    this.#credentials = new TokenBuckets(FAILURES_PER_CREDENTIAL, clock);
    this.#unknown = makeCache(REMEMBERED_MAX, { clock, ageMsMax: UNKNOWN_MS });
  }

  /** Whether it is worth looking up. If not, it has failed. */
  isWorthLooking({ address, credential }: Login): boolean {
    if (this.#unknown.has(credential)) return false;
    return this.#right.has(credential) || this.#addresses.wait(addressKey(address)) === 0;
  }

  succeeded({ credential }: Pick<Login, 'credential'>): void {
    this.#right.set(credential, true);
  }

  /**
   * @param isUnknown the table has no such credential, as opposed to a wrong password
   * @returns 0, or the seconds after which to try again: too many have failed
   */
  failed({ address, credential }: Login, isUnknown: boolean): number {
    const wait = this.#addresses.take(addressKey(address));
    // What was not looked up because its address had failed too often may be right.
    if (isUnknown && wait === 0) {
      this.#unknown.set(credential, true);
      this.#right.delete(credential);
    }
    return Math.max(wait, this.#credentials.take(credential));
  }

  /** Of a text that no credential can be: there is nothing to remember of it. */
  failedByShape(address: string): number {
    return this.#addresses.take(addressKey(address));
  }
}

/** Whoever has one IPv6 address has the 2^64 of its network. */
function addressKey(address: string): string {
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
