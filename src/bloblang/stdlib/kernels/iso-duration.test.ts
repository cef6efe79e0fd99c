import { expect, it } from 'vitest';
import { approximateNanos, parseIsoDuration } from './iso-duration.ts';

// Columns: text, and the nanoseconds or the error.
const PARSED: readonly (readonly [string, bigint | string])[] = [
  ['P1DT2H', 93_600_000_000_000n],
  ['PT1.5S', 1_500_000_000n],
  ['PT1,5S', 1_500_000_000n],
  ['P1W', 604_800_000_000_000n],
  ['P1Y', 31_556_952_000_000_000n],
  ['P1M', 2_629_746_000_000_000n],
  ['P3Y6M4DT12H30M5.123456789S', 110_839_937_123_456_789n],
  ['-PT1S', -1_000_000_000n],
  ['+P0D', 0n],
  ['', 'cannot parse a blank string as a period'],
  ['x', "x: expected 'P' period mark at the start"],
  ['P', "P: expected 'Y', 'M', 'W', 'D', 'H', 'M', or 'S' designator"],
  ['P3S', "P3S: 'S' designator cannot occur here"],
  ['P1D1D', "P1D1D: 'D' designator cannot occur more than once"],
  ['P2.5YT7.5S', "P2.5YT7.5S: 'Y' & 'S' only the last field can have a fraction"],
  ['P1', 'P1: missing designator at the end'],
];

it.each(PARSED)('reads %j', (text, result) => {
  const parsed = parseIsoDuration(text);
  expect(parsed.ok ? approximateNanos(parsed.value) : parsed.message).toBe(result);
});
