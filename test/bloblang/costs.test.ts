// What the hunter found to cost most beside what it pays, repeated as ratios to a loop of this process, so that the machine does not matter.

import { expect, it } from 'vitest';
import cases from './costly-cases.json' with { type: 'json' };
import { type CostCase, measure } from './costs.ts';

/** A loop that takes a thousand microseconds on the machines that the bounds were set on. */
function calibrationMs(): number {
  const text = 'calibration '.repeat(20_000);
  let best = Infinity;
  for (let round = 0; round < 20; round++) {
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

it.each((cases satisfies CostCase[]).map((one) => [`${one.expression} on ${one.r}, ${one.a}`, one] as const))(
  '%s costs what it pays',
  (_, one) => {
    const { milliseconds, steps } = measure(one, 2);
    const thousands = Math.max(steps, STEPS_MIN) / 1_000;
    expect(milliseconds / thousands).toBeLessThan(MARGIN * Math.max(calibrationMs(), 0.1));
  },
);
