import { expect, it } from 'vitest';
import { OutcomeWindows } from './outcome-windows.ts';

const NOW_MS = 1_000_000_000;

/** @param outcomes one per step: `f` failed, `t` was taken */
function seen(outcomes: string, stepMs: number, tookMs = 0) {
  const windows = new OutcomeWindows();
  let nowMs = NOW_MS;
  let tripped: ReturnType<OutcomeWindows['failed']>;
  for (const outcome of outcomes) {
    nowMs += stepMs;
    if (outcome === 't') windows.succeeded('p', nowMs);
    else tripped ??= windows.failed('p', nowMs - tookMs, nowMs);
  }
  return { windows, tripped, nowMs };
}

it.each([
  ['enough, and for long enough', 'f'.repeat(12), 1_000, true],
  ['too few', 'f'.repeat(9), 1_200, false],
  ['many at once, as of a receiver that restarts', 'f'.repeat(500), 19, false],
  ['eight of ten, as of one that hardly answers', 'ffffftfffft'.repeat(4), 500, true],
  ['a share of them, as of one that has a bad event', 'fftf'.repeat(8), 900, false],
  ['few in each half minute', 'f'.repeat(40), 6_000, false],
])('of attempts that fail: %s', (_name, outcomes, stepMs, isFailing) => {
  expect(seen(outcomes, stepMs).tripped !== undefined).toBe(isFailing);
});

it('counts from the beginning of an attempt: a receiver that hangs fails as long as it hangs', () => {
  const { tripped } = seen('f'.repeat(10), 0, 15_000);
  expect(tripped).toEqual({ attemptCount: 10, failureCount: 10, fromMs: NOW_MS - 15_000 });
});

it('sees what was taken meanwhile: some that hang among many that are taken are not its end', () => {
  expect(seen(`${'t'.repeat(40)}${'f'.repeat(10)}`, 0, 15_000).tripped).toBeUndefined();
});

it('forgets what is older than half a minute', () => {
  const { windows, nowMs } = seen('t'.repeat(100), 10);
  const later = nowMs + 35_000;
  for (let n = 0; n < 9; n += 1) windows.failed('p', later, later);
  expect(windows.failed('p', later, later + 10_000)).toMatchObject({ attemptCount: 10 });
});

it('keeps publications apart, and knows when each last took something', () => {
  const { windows, nowMs } = seen('ft', 1_000);
  expect(windows.lastSuccessAtMs('p')).toBe(nowMs);
  expect(windows.lastSuccessAtMs('other')).toBe(Number.NEGATIVE_INFINITY);
  windows.forget('p');
  expect(windows.lastSuccessAtMs('p')).toBe(Number.NEGATIVE_INFINITY);
});
