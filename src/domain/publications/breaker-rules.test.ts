import { describe, expect, it } from 'vitest';
import { aWebhook } from '../../../test/support/builders.ts';
import type { Breaker } from './breaker.ts';
import {
  closedBreaker,
  DOWN_REPORTED_MS,
  FAILING_MS_MAX,
  isClaimHeld,
  isProbeDue,
  isSending,
  PROBE_CLAIM_MS,
  publicationDueAtMs,
  withOpenBreaker,
  withProbeAtOnce,
  withProbeClaim,
  withProbeFailed,
  withProbeTaken,
} from './breaker-rules.ts';
import { DRAIN_RATE, type Publication } from './publication.ts';

const NOW_MS = 1_000_000_000;
const moment = { nowMs: NOW_MS, random: 0 };
const reason = { errorId: 'http-503', message: 'the receiver answered 503' };
const evidence = { fromMs: NOW_MS - 12_000, attemptCount: 40, failureCount: 38 };

const open = (given: Partial<Breaker> = {}): Breaker => ({
  state: 'open',
  sinceMs: NOW_MS - 60_000,
  openedAtMs: NOW_MS - 60_000,
  reason,
  evidence,
  failedProbeCount: 0,
  nextProbeAtMs: NOW_MS,
  lookAtMs: NOW_MS,
  ...given,
});
const halfOpen = (given: Partial<Breaker> = {}) => open({ state: 'half-open', ...given });

/** One row per transition: the former breaker, the event, the new breaker. */
const TRANSITIONS: readonly [
  name: string,
  before: Partial<Publication>,
  step: (publication: Publication) => Publication | undefined,
  after: object | undefined,
][] = [
  [
    'closed → open: its receiver fails',
    {},
    (given) => withOpenBreaker(given, evidence, reason, moment),
    {
      state: 'active',
      breaker: {
        state: 'open',
        sinceMs: NOW_MS,
        openedAtMs: NOW_MS,
        reason,
        evidence,
        failedProbeCount: 0,
        nextProbeAtMs: NOW_MS + 15_000,
        lookAtMs: NOW_MS + 15_000,
      },
    },
  ],
  [
    'closed → open during a drain: the drain stops, and keeps its rate',
    { releaseAtMs: NOW_MS, drain: { ratePerSecond: 7, plannedUntilMs: NOW_MS + 1 } },
    (given) => withOpenBreaker(given, evidence, reason, moment),
    { releaseAtMs: undefined, drain: { ratePerSecond: 7, plannedUntilMs: NOW_MS + 1 } },
  ],
  [
    'open stays open: another worker was first',
    { breaker: open() },
    (given) => withOpenBreaker(given, evidence, reason, moment),
    undefined,
  ],
  [
    'closed stays closed: what failed was before it closed',
    { breaker: closedBreaker(NOW_MS - 5_000) },
    (given) => withOpenBreaker(given, evidence, reason, moment),
    undefined,
  ],
  [
    'paused stays as it is: there is nothing to keep from it',
    { state: 'paused' },
    (given) => withOpenBreaker(given, evidence, reason, moment),
    undefined,
  ],
  [
    'open → half-open: a probe is due, and claimed',
    { breaker: open() },
    (given) => withProbeClaim(given, NOW_MS),
    {
      breaker: {
        state: 'half-open',
        sinceMs: NOW_MS,
        nextProbeAtMs: NOW_MS + PROBE_CLAIM_MS,
        lookAtMs: NOW_MS + PROBE_CLAIM_MS,
      },
    },
  ],
  [
    'open stays open: no probe is due',
    { breaker: open({ nextProbeAtMs: NOW_MS + 1 }) },
    (given) => withProbeClaim(given, NOW_MS),
    undefined,
  ],
  [
    'half-open stays as it is: somebody probes',
    { breaker: halfOpen({ nextProbeAtMs: NOW_MS + 1 }) },
    (given) => withProbeClaim(given, NOW_MS),
    undefined,
  ],
  [
    'half-open stays half-open: whoever probed died, and another claims the probe',
    { breaker: halfOpen({ sinceMs: 5, nextProbeAtMs: NOW_MS }) },
    (given) => withProbeClaim(given, NOW_MS),
    { breaker: { state: 'half-open', sinceMs: 5, nextProbeAtMs: NOW_MS + PROBE_CLAIM_MS } },
  ],
  [
    'half-open → closed: the probe was taken; what was parked goes out at the usual rate',
    { breaker: halfOpen() },
    (given) => withProbeTaken(given, NOW_MS),
    {
      breaker: { state: 'closed', sinceMs: NOW_MS, failedProbeCount: 0 },
      releaseAtMs: NOW_MS,
      drain: { ratePerSecond: DRAIN_RATE.default, plannedUntilMs: NOW_MS },
    },
  ],
  [
    'half-open → closed at the rate of the drain that the outage stopped',
    { breaker: halfOpen(), drain: { ratePerSecond: 7, plannedUntilMs: 5 } },
    (given) => withProbeTaken(given, NOW_MS),
    { drain: { ratePerSecond: 7, plannedUntilMs: 5 } },
  ],
  [
    'half-open → closed at the rate that its owner gave last',
    { breaker: halfOpen(), drainRatePerSecond: 9 },
    (given) => withProbeTaken(given, NOW_MS),
    { drain: { ratePerSecond: 9, plannedUntilMs: NOW_MS } },
  ],
  [
    'half-open → closed while a person has paused it: nothing goes out',
    { state: 'paused', breaker: halfOpen() },
    (given) => withProbeTaken(given, NOW_MS),
    { state: 'paused', breaker: { state: 'closed' } },
  ],
  [
    'half-open → open: the probe failed, and the next one waits longer',
    { breaker: halfOpen() },
    (given) => withProbeFailed(given, { ...reason, errorId: 'timeout' }, moment),
    {
      breaker: {
        state: 'open',
        sinceMs: NOW_MS,
        openedAtMs: NOW_MS - 60_000,
        reason: { errorId: 'timeout' },
        failedProbeCount: 1,
        nextProbeAtMs: NOW_MS + 30_000,
      },
    },
  ],
  [
    'half-open → open, for the hundredth time: the wait has its bound',
    { breaker: halfOpen({ failedProbeCount: 99 }) },
    (given) => withProbeFailed(given, reason, { ...moment, random: 0.999 }),
    { breaker: { failedProbeCount: 100, nextProbeAtMs: NOW_MS + 299_850 } },
  ],
  [
    'half-open → open, an hour after it opened: reported',
    { breaker: halfOpen({ openedAtMs: NOW_MS - DOWN_REPORTED_MS }) },
    (given) => withProbeFailed(given, reason, moment),
    { breaker: { state: 'open', isReported: true } },
  ],
  [
    'half-open → open, just before five days',
    { breaker: halfOpen({ openedAtMs: NOW_MS - FAILING_MS_MAX + 1, failedProbeCount: 900 }) },
    (given) => withProbeFailed(given, reason, moment),
    { state: 'active', breaker: { state: 'open' } },
  ],
  [
    'half-open → disabled, after five days of nothing but failure',
    { breaker: halfOpen({ openedAtMs: NOW_MS - FAILING_MS_MAX, failedProbeCount: 900 }) },
    (given) => withProbeFailed(given, reason, moment),
    {
      state: 'disabled',
      stateReason:
        'Nothing was delivered for 5 days, in 901 probes. The last failure: the receiver answered 503',
      breaker: undefined,
    },
  ],
  [
    'half-open → open after five days with few probes: a clock that leaps disables nothing',
    { breaker: halfOpen({ openedAtMs: NOW_MS - FAILING_MS_MAX }) },
    (given) => withProbeFailed(given, reason, moment),
    { state: 'active', breaker: { state: 'open' } },
  ],
  [
    'half-open → open while a person has paused it: not disabled',
    {
      state: 'paused',
      breaker: halfOpen({ openedAtMs: NOW_MS - FAILING_MS_MAX, failedProbeCount: 900 }),
    },
    (given) => withProbeFailed(given, reason, moment),
    { state: 'paused', breaker: { state: 'open' } },
  ],
  [
    'open → half-open: its address or credentials were changed',
    { breaker: open({ failedProbeCount: 50, nextProbeAtMs: NOW_MS + 200_000, isReported: true }) },
    (given) => withProbeAtOnce(given, NOW_MS),
    {
      breaker: {
        state: 'half-open',
        sinceMs: NOW_MS,
        openedAtMs: NOW_MS,
        failedProbeCount: 0,
        nextProbeAtMs: NOW_MS,
        lookAtMs: NOW_MS,
        isReported: undefined,
      },
    },
  ],
  [
    'closed stays closed: its address was changed',
    { breaker: closedBreaker(5) },
    (given) => withProbeAtOnce(given, NOW_MS),
    { breaker: closedBreaker(5) },
  ],
];

describe('a breaker', () => {
  it.each(TRANSITIONS)('%s', (_name, before, step, after) => {
    const publication = aWebhook({ ...before } as Parameters<typeof aWebhook>[0]);
    const stepped = step(publication);
    if (after === undefined) expect(stepped).toBeUndefined();
    else expect(stepped).toMatchObject(after);
  });

  it.each([
    [{}, true, undefined, false],
    [{ releaseAtMs: 5 }, true, 5, false],
    [{ breaker: closedBreaker(1), releaseAtMs: 5 }, true, 5, false],
    [{ breaker: open({ lookAtMs: 7 }) }, false, 7, true],
    [{ breaker: open({ nextProbeAtMs: NOW_MS + 9, lookAtMs: 7 }) }, false, 7, false],
    // Set by a clock that was ahead.
    [{ breaker: open({ nextProbeAtMs: NOW_MS + 3_600_000 }) }, false, NOW_MS, true],
    [{ state: 'paused', breaker: open() }, false, undefined, false],
    [{ state: 'disabled' }, false, undefined, false],
  ] as const)('of %j: sends %s, looked at %s, may be probed %s', (given, sends, dueAtMs, mayProbe) => {
    const publication = aWebhook(given);
    expect(isSending(publication)).toBe(sends);
    expect(publicationDueAtMs(publication)).toBe(dueAtMs);
    expect(isProbeDue(publication, NOW_MS)).toBe(mayProbe);
  });

  it('tells a claim that holds from one that was taken over, or is void by a change', () => {
    const claimed = withProbeClaim(aWebhook({ breaker: open() }), NOW_MS)!;
    expect(isClaimHeld({ ...claimed, version: 9 }, claimed)).toBe(true);
    const later = withProbeClaim(claimed, NOW_MS + PROBE_CLAIM_MS)!;
    expect(isClaimHeld(later, claimed)).toBe(false);
    expect(isClaimHeld(withProbeAtOnce(claimed, NOW_MS + 1), claimed)).toBe(false);
    expect(isClaimHeld(withProbeTaken(claimed, NOW_MS + 1), claimed)).toBe(false);
  });
});
