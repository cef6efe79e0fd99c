import { parseDurationMs } from '../../base/duration.ts';
import { type Refusal, refuse } from '../refusal.ts';

/** How many retries a publication's own schedule may have. */
export const RETRY_SCHEDULE_LENGTH_MAX = 20;
/** Limits of each wait. Queues delay by whole seconds, and after a week an event is useless. */
const WAIT_MS = { min: 1_000, max: 7 * 86_400_000 } as const;

/** Parses durations such as `30s` into the milliseconds of each wait. null stands for the default schedule. */
export function readRetrySchedule(
  durations: readonly string[] | null,
): { readonly kind: 'schedule'; readonly delaysMs: readonly number[] | undefined } | Refusal {
  if (durations === null) return { kind: 'schedule', delaysMs: undefined };
  if (durations.length > RETRY_SCHEDULE_LENGTH_MAX) {
    return refuse(
      'invalid-request',
      `expected at most ${RETRY_SCHEDULE_LENGTH_MAX} retries, found ${durations.length}`,
    );
  }
  const delaysMs: number[] = [];
  for (const duration of durations) {
    const ms = parseDurationMs(duration);
    if (ms === undefined || ms < WAIT_MS.min || ms > WAIT_MS.max) {
      return refuse(
        'invalid-interval',
        `expected each retry as a duration from 1s to 7d, such as 30s or 2m, found ${JSON.stringify(duration)}`,
      );
    }
    delaysMs.push(ms);
  }
  return { kind: 'schedule', delaysMs };
}

/** Formats the schedule as durations. */
export function retryScheduleText(delaysMs: readonly number[]): readonly string[] {
  return delaysMs.map((ms) => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`));
}
