import { describe, expect, it } from 'vitest';
import { FEED_WAIT_MS_MAX } from '../../domain/feeds/feed.ts';
import {
  type FailureHistory,
  type FailurePlan,
  LASTING_MS,
  planAfterFailure,
  RETRIED_IN_SESSION_MS_MAX,
  RETRY_MS_MAX,
  type SessionFailure,
  WAIT_MS,
} from './feed-failures.ts';

/** The first failure of a feed that has a cursor. */
const FIRST: FailureHistory = {
  failuresInRow: 1,
  failingForMs: 0,
  refusalsInRow: 0,
  cursor: 'abc',
  onInvalidCursor: 'earliest',
};
const WAITS = { firstRetryMs: 1_000, jitter: 0 };

const inRow = (failuresInRow: number): Partial<FailureHistory> => ({ failuresInRow });
const failingFor = (failingForMs: number): Partial<FailureHistory> => ({ failuresInRow: 9, failingForMs });
const LONG = RETRIED_IN_SESSION_MS_MAX;
const refused = (refusalsInRow: number): Partial<FailureHistory> => ({ failuresInRow: 1, refusalsInRow });
const retry = (afterMs: number, isShown: boolean): FailurePlan => ({ kind: 'retry', afterMs, isShown });
const wait = (forMs: number): FailurePlan => ({ kind: 'wait', forMs });
const gap = (next: 'earliest' | 'latest' | 'stop'): FailurePlan => ({ kind: 'gap', lostCursor: 'abc', next });

type Row = [kind: SessionFailure['kind'], history: Partial<FailureHistory>, plan: FailurePlan];

const TABLE: readonly Row[] = [
  ['retry', inRow(1), retry(500, false)],
  ['retry', inRow(2), retry(1_000, true)],
  ['retry', inRow(3), retry(2_000, true)],
  ['retry', inRow(4), retry(2_000, true)],
  ['retry', inRow(60), retry(2_000, true)],
  ['retry', failingFor(LONG - 1), retry(2_000, true)],
  ['retry', failingFor(LONG), wait(45_000)],
  ['retry', failingFor(LASTING_MS - 1), wait(45_000)],
  ['retry', failingFor(LASTING_MS), wait(300_000)],
  // The first failure of a session, for a feed that has been failing for a long time.
  ['retry', { failuresInRow: 1, failingForMs: LONG }, wait(45_000)],
  // The queue refused a frame, and then the stream failed: the longer row counts.
  ['retry', { failuresInRow: 1, refusalsInRow: 3 }, retry(2_000, true)],

  ['reauth', inRow(1), retry(0, false)],
  ['reauth', inRow(2), retry(1_000, true)],
  ['reauth', failingFor(LONG), wait(45_000)],

  // It is never a reason to stop, whether the feed has worked before or not.
  ['unclear', inRow(1), retry(500, false)],
  ['unclear', inRow(2), retry(1_000, true)],
  ['unclear', failingFor(LONG), wait(45_000)],
  ['unclear', failingFor(72 * 3_600_000), wait(300_000)],
  ['unclear', { ...inRow(2), cursor: undefined }, retry(1_000, true)],
  ['unclear', { ...failingFor(LASTING_MS), cursor: undefined }, wait(300_000)],

  ['queue-refused', refused(1), retry(500, false)],
  ['queue-refused', refused(2), wait(15_000)],
  ['queue-refused', { ...failingFor(LONG), refusalsInRow: 1 }, wait(45_000)],

  ['cursor-invalid', { onInvalidCursor: 'earliest' }, gap('earliest')],
  ['cursor-invalid', { onInvalidCursor: 'latest' }, gap('latest')],
  ['cursor-invalid', { onInvalidCursor: 'stop' }, gap('stop')],
  ['cursor-invalid', { ...inRow(6), onInvalidCursor: 'latest' }, gap('latest')],
  ['cursor-invalid', { ...inRow(1), cursor: undefined, onInvalidCursor: 'stop' }, retry(500, false)],
  ['cursor-invalid', { ...failingFor(LONG), cursor: undefined }, wait(45_000)],

  ['slow-down', inRow(1), wait(120_000)],
  ['quota', inRow(1), wait(900_000)],
  ['authorization', inRow(1), wait(45_000)],
  ['no-reader', inRow(0), wait(45_000)],
  ['internal-error', inRow(0), wait(15_000)],

  ['fatal', inRow(1), { kind: 'stop' }],
  ['fatal', { ...inRow(1), cursor: undefined }, { kind: 'stop' }],
];

describe('after a failure', () => {
  it.each(TABLE)('%s with %o: %o', (kind, history, plan) => {
    expect(planAfterFailure(kind, { ...FIRST, ...history }, WAITS)).toEqual(plan);
  });

  it('a retry waits between half of its time and all of it, so that feeds do not come back in step', () => {
    const afterMs = (jitter: number) => {
      const plan = planAfterFailure('retry', { ...FIRST, failuresInRow: 3 }, { firstRetryMs: 1_000, jitter });
      return plan.kind === 'retry' ? plan.afterMs : undefined;
    };
    expect([0, 0.5, 1].map(afterMs)).toEqual([2_000, 3_000, 4_000]);
  });

  it('the next session comes up to a quarter later than it may, for the same reason', () => {
    const forMs = (jitter: number) => {
      const plan = planAfterFailure('quota', FIRST, { firstRetryMs: 1_000, jitter });
      return plan.kind === 'wait' ? plan.forMs : undefined;
    };
    expect([0, 0.5, 1].map(forMs)).toEqual([900_000, 1_012_500, 1_125_000]);
  });

  it('no wait is longer than what a feed that waits is taken for', () => {
    const longest = (kind: keyof typeof WAIT_MS) => WAIT_MS[kind] * 1.25;
    const kinds = Object.keys(WAIT_MS) as (keyof typeof WAIT_MS)[];
    for (const kind of kinds) expect(longest(kind)).toBeLessThanOrEqual(FEED_WAIT_MS_MAX);
    // The wait with the largest jitter.
    expect(planAfterFailure('quota', FIRST, { ...WAITS, jitter: 1 })).toEqual(wait(longest('quota')));
  });

  it('no session retries for ever, and no retry waits for longer than the longest', () => {
    for (const kind of ['retry', 'reauth', 'unclear', 'queue-refused'] as const) {
      expect(planAfterFailure(kind, { ...FIRST, ...failingFor(LONG) }, WAITS).kind).toBe('wait');
      const plan = planAfterFailure(kind, { ...FIRST, ...inRow(1_000) }, { ...WAITS, jitter: 1 });
      expect(plan).toEqual(retry(RETRY_MS_MAX, true));
    }
  });
});
