import { expect, it } from 'vitest';
import { aDelivery } from '../../../test/support/records.ts';
import { ENDED_RETENTION_MS } from '../../domain/deliveries/delivery.ts';
import type { AttemptOutcome } from '../../domain/deliveries/destination.ts';
import { type DecisionContext, decideOutcome } from './decide-outcome.ts';

const STARTED_MS = 1_000_000;
const NOW_MS = 1_000_250;
const SWEEP_GRACE_MS = 120_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

// With `random` at 0, each wait is half of its step: 2.5 s, 15 s, one minute, five minutes, then a quarter of an hour.
const context: DecisionContext = {
  startedAtMs: STARTED_MS,
  nowMs: NOW_MS,
  random: 0,
  retryDelaysMs: undefined,
  delaySecondsMax: 900,
};
const FAILURE = { errorId: 'http-500', message: 'it failed', status: 500, durationMs: 250 };
const DELIVERED: AttemptOutcome = { kind: 'delivered', status: 204, durationMs: 250 };
const REJECTED: AttemptOutcome = { kind: 'rejected', ...FAILURE };
const DISABLED: AttemptOutcome = { kind: 'disabled', ...FAILURE };
const retry = (retryAfterMs?: number): AttemptOutcome => ({ kind: 'retry', ...FAILURE, retryAfterMs });

interface Expected {
  readonly ending: string;
  readonly status: string;
  /** Milliseconds from now. */
  readonly nextAttempt?: number;
  readonly sweep?: number;
  readonly forget?: number;
  readonly retryDelaySeconds?: number;
}
const ended = (ending: string, status = ending): Expected => ({ ending, status, forget: ENDED_RETENTION_MS });
const queued = (waitMs: number, retryDelaySeconds: number): Expected => ({
  ending: 'retry',
  status: 'waiting',
  nextAttempt: waitMs,
  sweep: waitMs + SWEEP_GRACE_MS,
  retryDelaySeconds,
});
const scheduled = (waitMs: number): Expected => ({
  ending: 'retry',
  status: 'waiting',
  nextAttempt: waitMs,
  sweep: waitMs,
});

it.each<[string, number, AttemptOutcome, Partial<DecisionContext>, Expected]>([
  ['a retry that is taken', 2, DELIVERED, {}, ended('delivered')],
  ['a last retry that is taken', 11, DELIVERED, {}, ended('delivered')],
  ['what the target will never take', 1, REJECTED, {}, ended('rejected')],
  [
    'a target that wants no more',
    1,
    DISABLED,
    {},
    { ending: 'disabled', status: 'parked', sweep: 6 * HOUR_MS },
  ],
  ['a first failure', 1, retry(), {}, queued(2_500, 3)],
  ['a first failure, with the longest jitter', 1, retry(), { random: 0.9999 }, queued(5_000, 5)],
  ['a wait of whole seconds', 2, retry(), {}, queued(15_000, 15)],
  ['a failure that asks for more time', 1, retry(60_000), {}, queued(60_000, 60)],
  ['a failure that asks for less', 3, retry(1), {}, queued(60_000, 60)],
  ['the longest wait on the queue', 5, retry(), {}, queued(900_000, 900)],
  ['a wait that is a moment longer', 5, retry(900_001), {}, scheduled(900_001)],
  ['a wait on a queue that delays less', 2, retry(), { delaySecondsMax: 14 }, scheduled(15_000)],
  ['a failure that asks for a week', 1, retry(7 * DAY_MS), {}, { ...scheduled(DAY_MS), sweep: DAY_MS / 4 }],
  ['the last failure', 11, retry(), {}, ended('exhausted')],
  ['the last failure, which asks for more time', 11, retry(1_000), {}, ended('exhausted')],
  ["the publication's own schedule", 1, retry(), { retryDelaysMs: [8_000] }, queued(4_000, 4)],
  ['its end', 2, retry(), { retryDelaysMs: [8_000] }, ended('exhausted')],
  ['a schedule without retries', 1, retry(), { retryDelaysMs: [] }, ended('exhausted')],
])('%s (attempt %i)', (_what, attempt, outcome, changes, expected) => {
  const delivery = aDelivery({ attemptCount: attempt - 1, attempts: [], nextAttemptAtMs: 1, sweepAtMs: 2 });
  const { ending, record, retryDelaySeconds } = decideOutcome(delivery, outcome, { ...context, ...changes });
  const fromNow = (atMs: number | undefined) => (atMs === undefined ? undefined : atMs - NOW_MS);
  expect({
    ending,
    status: record.status,
    nextAttempt: fromNow(record.nextAttemptAtMs),
    sweep: fromNow(record.sweepAtMs),
    forget: fromNow(record.forgetAtMs),
    retryDelaySeconds,
  }).toEqual(expected);
  const { kind, ...told } = outcome;
  expect(record.attempts).toEqual([
    expect.objectContaining({ atMs: STARTED_MS, durationMs: told.durationMs }),
  ]);
  expect(record.attemptCount).toBe(attempt);
  expect(record.attempts[0]?.errorId).toBe(kind === 'delivered' ? undefined : 'http-500');
});
