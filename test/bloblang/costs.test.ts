// What was found to cost most beside what it pays, by people and by the hunter, repeated as ratios to a loop of this process, so that the
// machine does not matter.

import { expect, it } from 'vitest';
import rows from './costly-cases.json' with { type: 'json' };
import findings from './costly-findings.json' with { type: 'json' };
import { type CostCase, calibrationMs, MARGIN, measure, measureCompilation } from './costs.ts';

/** A row of the hunter. */
interface Row {
  readonly time: number;
  readonly timeCase: CostCase;
  readonly compilation?: number;
  readonly compilationCase?: CostCase;
}

/** Too few steps say nothing about their price. */
const STEPS_MIN = 2_000;
/** A machine that is busy makes one measurement look bad, but not all. */
const ROUNDS_MAX = 5;
/** The hunter's milliseconds per 1,000 steps: what is far below the bound is not repeated here. */
const REPEATED_FROM = 0.5;

const kept: readonly Row[] = rows;
const cases: readonly CostCase[] = [
  ...findings,
  ...kept.filter(({ time }) => time >= REPEATED_FROM).map(({ timeCase }) => timeCase),
];
/** The slowest compilation of each built-in is far below the bound, so the slowest of all stand for them. */
const COMPILATIONS = 12;
const compilations = kept
  .flatMap(({ compilation = 0, compilationCase: one }) => (one === undefined ? [] : [{ compilation, one }]))
  .toSorted((a, b) => b.compilation - a.compilation)
  .slice(0, COMPILATIONS);

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

it.each(compilations.map(({ one }) => [`${one.expression} with ${one.a}, ${one.b}`, one] as const))(
  '%s is compiled for what it pays',
  (_, one) => {
    const bound = MARGIN * calibrationMs();
    let price = Infinity;
    for (let round = 0; round < ROUNDS_MAX && price >= bound; round++) {
      const { milliseconds, steps } = measureCompilation(one);
      price = Math.min(price, (milliseconds * 1_000) / Math.max(steps, STEPS_MIN));
    }
    expect(price).toBeLessThan(bound);
  },
);

it('measures calls that compile and take steps', () => {
  for (const one of cases)
    expect(measure({ ...one, size: 24, times: 1 }).steps, one.expression).toBeGreaterThan(0);
});
