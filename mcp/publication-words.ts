import type { Reading } from '../cli/lib/reading.ts';
import type { Publication } from '../src/management/publications/schema.ts';
import { type FailedAttempt, failureWords } from './failure-words.ts';

/** The fields that explain why a publication receives nothing. */
type Standing = Pick<Reading<typeof Publication>, 'name' | 'state' | 'breaker'>;

/** Explains why a publication receives nothing, and what to do. */
export function publicationWords({ name, state, breaker }: Standing): string {
  if (state === 'paused') {
    return `Publication ${name} is paused by its owner: nothing is sent until it is resumed (change_publication with "paused": false).`;
  }
  if (state === 'disabled') {
    return `Publication ${name} is disabled, because its receiver said 410 or took nothing for five days, or its token URL refused the client: mend the receiver, then change_publication with "paused": false.`;
  }
  if (breaker !== undefined && breaker.state !== 'closed') {
    const since = breaker.opened_at ?? breaker.since;
    const why =
      breaker.error === undefined ? '' : ` The last failure: ${failureWords(errorOf(breaker.error.id))}.`;
    const probe = breaker.next_probe_at === undefined ? '' : ` It is tried again ${breaker.next_probe_at}.`;
    return `The breaker of publication ${name} is ${breaker.state} since ${since}, because its receiver fails.${why}${probe} What is parked goes out by itself once it is back.`;
  }
  return `Publication ${name} is active: what is parked goes out at its drain rate.`;
}

/** Splits off the status, as in `http-503`. */
export function errorOf(id: string): FailedAttempt {
  const status = /^http-(?<status>\d{3})$/.exec(id)?.groups?.['status'];
  return status === undefined ? { error_id: id } : { error_id: id, status: Number(status) };
}
