// What was found to cost most beside what it pays, by people and by the hunter, repeated as ratios to a loop of this process, so that the
// machine does not matter.

import { expect, it } from 'vitest';
import rows from './costly-cases.json' with { type: 'json' };
import findings from './costly-findings.json' with { type: 'json' };
import { type CostCase, measure } from './costs.ts';

/** A loop that takes about a thousand microseconds on the machines that the bounds were set on. */
function calibrationMs(): number {
  const text = 'calibration '.repeat(80_000);
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const start = process.cpuUsage();
    let sum = 0;
    for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) | 0;
    const { user, system } = process.cpuUsage(start);
    if (sum === 1) throw new Error('the sum is read, so that the loop is not left out');
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

const MARGIN = 10;
/** Too few steps say nothing about their price. */
const STEPS_MIN = 2_000;
/** A machine that is busy makes one measurement look bad, but not all. */
const ROUNDS_MAX = 5;
/** The hunter's milliseconds per 1,000 steps: what is far below the bound is not repeated here. */
const REPEATED_FROM = 0.3;

const cases: readonly CostCase[] = [
  ...findings,
  ...rows.filter(({ time }) => time >= REPEATED_FROM).map(({ timeCase }) => timeCase),
];

it.each(
  cases.map((one) => [`${one.expression} on ${one.r}, ${one.a}, ${one.b}, ${one.times} times`, one] as const),
)('%s costs what it pays', (_, one) => {
  const bound = MARGIN * calibrationMs();
  let price = Infinity;
  for (let round = 0; round < ROUNDS_MAX && price >= bound; round++) {
    const { milliseconds, steps } = measure(one);
    price = Math.min(price, (milliseconds * 1_000) / Math.max(steps, STEPS_MIN));
  }
  expect(price).toBeLessThan(bound);
});

it('measures calls that compile and take steps', () => {
  for (const one of cases)
    expect(measure({ ...one, size: 24, times: 1 }).steps, one.expression).toBeGreaterThan(0);
});
