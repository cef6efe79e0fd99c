import type { Clock } from '../../base/clock.ts';
import { hasWaited } from '../../domain/deliveries/delivery.ts';
import type { RateCounter } from '../../domain/deliveries/rate-counter.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import { type RateLimit, rateLimitText, ratePerSecond } from '../../domain/publications/rate-limit.ts';
import type { DeliveryJob } from './delivery-job.ts';

/** A job that may not be sent yet, and when it may. */
export interface DelayedJob {
  readonly job: DeliveryJob;
  readonly untilMs: number;
}

/** Enforces the rate limits of publications across all processes. */
export class RateLimits {
  readonly #rates: RateCounter;
  readonly #clock: Clock;

  constructor({ rates, clock }: { readonly rates: RateCounter; readonly clock: Clock }) {
    this.#rates = rates;
    this.#clock = clock;
  }

  /** Returns which jobs may be sent now, and when the others may. Makes no request for publications without a limit. */
  async pace(
    { id, rateLimit }: Publication,
    jobs: readonly DeliveryJob[],
  ): Promise<{ readonly now: readonly DeliveryJob[]; readonly later: readonly DelayedJob[] }> {
    if (rateLimit === undefined) return { now: jobs, later: [] };
    const nowMs = this.#clock.now();
    // A changed limit starts a new line: in the old one it would have to wait behind places that the former limit gave
    // out.
    const key = `${id}#${rateLimitText(rateLimit)}`;
    const now: DeliveryJob[] = [];
    const later: DelayedJob[] = [];
    const take = async (some: readonly DeliveryJob[], waited: boolean) => {
      if (some.length === 0) return;
      const places = await this.#rates.take(key, {
        ratePerSecond: ratePerSecond(rateLimit),
        count: some.length,
        hasWaited: waited,
        nowMs,
      });
      now.push(...some.slice(0, places.now));
      for (const [index, job] of some.slice(places.now).entries()) {
        later.push({ job, untilMs: places.laterMs[index] ?? nowMs });
      }
    };
    const isFromLine = ({ record }: DeliveryJob) => record !== undefined && hasWaited(record);
    // Jobs that already have a place in the line go first: it is their turn.
    await take(jobs.filter(isFromLine), true);
    await take(
      jobs.filter((job) => !isFromLine(job)),
      false,
    );
    return { now, later };
  }
}

/**
 * How many deliveries a second may be planned: the lower of the plan's own rate and the publication's limit, but at
 * least one.
 */
export function plannedRate(ratePerSecondMax: number, limit: RateLimit | undefined): number {
  return limit === undefined
    ? ratePerSecondMax
    : Math.max(1, Math.min(ratePerSecondMax, ratePerSecond(limit)));
}
