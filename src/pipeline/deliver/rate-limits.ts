import type { Clock } from '../../base/clock.ts';
import { hasWaited } from '../../domain/deliveries/delivery.ts';
import type { RateCounter } from '../../domain/deliveries/rate-counter.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import { type RateLimit, rateLimitText, ratePerSecond } from '../../domain/publications/rate-limit.ts';
import type { DeliveryJob } from './delivery-job.ts';

/** What is not to be sent yet, and when it is. */
export interface DelayedJob {
  readonly job: DeliveryJob;
  readonly untilMs: number;
}

/** Keeps deliveries within the rate limits of their publications, over all processes. */
export class RateLimits {
  readonly #rates: RateCounter;
  readonly #clock: Clock;

  constructor({ rates, clock }: { readonly rates: RateCounter; readonly clock: Clock }) {
    this.#rates = rates;
    this.#clock = clock;
  }

  /** Which of the jobs may be sent now, and when the others may. Asks nothing where there is no limit. */
  async pace(
    { id, rateLimit }: Publication,
    jobs: readonly DeliveryJob[],
  ): Promise<{ readonly now: readonly DeliveryJob[]; readonly later: readonly DelayedJob[] }> {
    if (rateLimit === undefined) return { now: jobs, later: [] };
    const nowMs = this.#clock.now();
    // Another limit begins another line: it would have to wait for the places that the former one has given.
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
    // Those of the line first: it is their turn.
    await take(jobs.filter(isFromLine), true);
    await take(
      jobs.filter((job) => !isFromLine(job)),
      false,
    );
    return { now, later };
  }
}

/** What a plan ahead may give out a second: the lower of its own rate and the publication's limit, but one at least. */
export function plannedRate(ratePerSecondMax: number, limit: RateLimit | undefined): number {
  return limit === undefined
    ? ratePerSecondMax
    : Math.max(1, Math.min(ratePerSecondMax, ratePerSecond(limit)));
}
