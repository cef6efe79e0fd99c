// Repeats the calls that the hunter and people found most expensive for the steps that they pay. Results are ratios to
// a loop in this process, so that the machine's speed does not matter.

import { expect, it } from 'vitest';
import rows from './costly-cases.json' with { type: 'json' };
import findings from './costly-findings.json' with { type: 'json' };
import { type CostCase, calibrationMs, MARGIN, measure, measureCompilation } from './costs.ts';

/** A result row of the hunter. */
interface Row {
  readonly time: number;
  readonly timeCase: CostCase;
  readonly compilation?: number;
  readonly compilationCase?: CostCase;
}

/** Below this many steps, the price of a step says nothing. */
const STEPS_MIN = 2_000;
/** On a busy machine some measurements look bad, but not all. */
const ROUNDS_MAX = 5;
/** In the hunter's milliseconds per 1,000 steps. Cheaper calls are far below the limit and are not repeated here. */
const REPEATED_FROM = 0.5;

const hunted: readonly Row[] = rows;
const cases: readonly CostCase[] = [
  ...findings,
  ...hunted.filter(({ time }) => time >= REPEATED_FROM).map(({ timeCase }) => timeCase),
];
/** Every built-in's slowest compilation is far below the limit, so only the slowest of all are repeated. */
const COMPILATIONS = 12;
const compilations = hunted
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
