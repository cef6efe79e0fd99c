import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import type { RateCounter, RatePlaces } from '../../domain/deliveries/rate-counter.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface TenantRatePorts {
  readonly rates: RateCounter;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/**
 * Data Cloud accepts 250 requests a second per org, from all clients together. A process makes this many without asking
 * the shared counter, so that an installation under light load writes nothing for it. Two consumers of 50 processes
 * each make 100 together.
 */
export const FREE_PER_SECOND = 1;
/**
 * The rate of all processes together beyond the free ones. In a second that follows a quiet one the counter lets twice
 * as many through.
 */
export const SHARED_PER_SECOND = 75;
/** Permits taken at once while there is room: one write for several requests. */
const BLOCK = 5;
/** Longer waits are left to the queue. */
export const RATE_WAIT_MS_MAX = 5_000;
/**
 * The longest time for which an answer 429 may silence an org: waiting deliveries are retried on their own schedule.
 */
const HOLD_MS_MAX = 60_000;
const TENANTS_MAX = 1_000;

interface Lease {
  second: number;
  free: number;
  block: number;
  /** Other processes take permits too, so the next block is a single request. */
  isBusy: boolean;
  holdUntilMs: number;
}

export type RateAnswer =
  | { readonly kind: 'go' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number };

/** Keeps the requests that all processes send to an org's Data Cloud within its limit. */
export class TenantRate {
  readonly #ports: TenantRatePorts;
  readonly #leases = makeCache<Lease>(TENANTS_MAX);

  constructor(ports: TenantRatePorts) {
    this.#ports = ports;
  }

  /** Takes one permit. May wait for some seconds. */
  async take(tenantUrl: string): Promise<RateAnswer> {
    const nowMs = this.#ports.clock.now();
    const lease = this.#lease(tenantUrl, nowMs);
    const heldMs = lease.holdUntilMs - nowMs;
    // A hold longer than the longest one means that the clock was set back.
    if (heldMs > 0 && heldMs <= HOLD_MS_MAX) return { kind: 'limited', retryAfterMs: heldMs };
    if (lease.free > 0) {
      lease.free -= 1;
      return { kind: 'go' };
    }
    if (lease.block > 0) {
      lease.block -= 1;
      return { kind: 'go' };
    }
    const places = await this.#count(tenantUrl, lease.isBusy ? 1 : BLOCK, false);
    if (places === undefined) return { kind: 'go' };
    lease.isBusy = places.laterMs.length > 0;
    if (places.now > 0) {
      lease.block += places.now - 1;
      return { kind: 'go' };
    }
    return this.#waitInLine(tenantUrl, places);
  }

  /** Call this when Data Cloud has answered 429. */
  refused(tenantUrl: string, retryAfterMs: number): void {
    const nowMs = this.#ports.clock.now();
    this.#lease(tenantUrl, nowMs).holdUntilMs = nowMs + Math.min(retryAfterMs, HOLD_MS_MAX);
  }

  async #waitInLine(tenantUrl: string, { laterMs }: RatePlaces): Promise<RateAnswer> {
    const { clock, timers } = this.#ports;
    const waitMs = Math.max(0, (laterMs[0] ?? clock.now()) - clock.now());
    if (waitMs > RATE_WAIT_MS_MAX) return { kind: 'limited', retryAfterMs: waitMs };
    await timers.sleep(waitMs);
    const places = await this.#count(tenantUrl, 1, true);
    if (places === undefined || places.now > 0) return { kind: 'go' };
    return { kind: 'limited', retryAfterMs: Math.max(1, (places.laterMs[0] ?? clock.now()) - clock.now()) };
  }

  /** undefined if the counter is unavailable: Data Cloud itself then answers 429, which we obey. */
  async #count(tenantUrl: string, count: number, hasWaited: boolean): Promise<RatePlaces | undefined> {
    const { rates, clock, log } = this.#ports;
    try {
      return await rates.take(`datacloud ${new URL(tenantUrl).host}`, {
        ratePerSecond: SHARED_PER_SECOND,
        count,
        hasWaited,
        nowMs: clock.now(),
      });
    } catch (error) {
      log.write('RATE_UNCOUNTED', { tenant: new URL(tenantUrl).host, ...describeError(error) });
      return undefined;
    }
  }

  #lease(tenantUrl: string, nowMs: number): Lease {
    const second = Math.floor(nowMs / 1_000);
    const known = this.#leases.get(tenantUrl);
    if (known === undefined) {
      const lease: Lease = { second, free: FREE_PER_SECOND, block: 0, isBusy: false, holdUntilMs: 0 };
      this.#leases.set(tenantUrl, lease);
      return lease;
    }
    if (known.second !== second) {
      known.second = second;
      known.free = FREE_PER_SECOND;
      known.block = 0;
      known.isBusy = false;
    }
    return known;
  }
}
