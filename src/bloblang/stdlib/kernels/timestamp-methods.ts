import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { Timestamp, type Value } from '../../values.ts';
import { civilFromDays, daysFromCivil, readClock } from './civil-date.ts';
import { calendarStep, type IsoDuration, parseIsoDuration } from './iso-duration.ts';
import { inZone, loadZone, payForZone, wallClockNanos } from './time-zone.ts';
import { coerceTimestamp } from './timestamp-coercion.ts';

/** The platform takes this long to refuse an unknown zone. */
const STEPS_OF_A_ZONE = 40;

/** The zone that an argument names. Throws Go's message if there is no such zone. */
export function zoneArgument(run: Run, name: string): string {
  run.step(STEPS_OF_A_ZONE);
  const zone = loadZone(name);
  if (zone === undefined) throw fail(`failed to parse timezone location name: unknown time zone ${name}`);
  return zone;
}

/** The receiver as a timestamp, in the zone if there is one. */
export function timestampIn(run: Run, receiver: Value, zone: string | undefined): Timestamp {
  const timestamp = coerceTimestamp(receiver, run);
  if (zone !== undefined) payForZone(run, zone);
  return zone === undefined ? timestamp : inZone(timestamp.epochNs, zone);
}

/** Another instant in the same zone. A zone with a name has the offset of the new date. */
export function moved(run: Run, timestamp: Timestamp, epochNs: bigint): Timestamp {
  const { zone, offsetSeconds } = timestamp;
  payForZone(run, zone);
  return zone.includes('/') ? inZone(epochNs, zone) : new Timestamp(epochNs, offsetSeconds, zone);
}

export function isoDurationArgument(text: string): IsoDuration {
  const parsed = parseIsoDuration(text);
  if (!parsed.ok) throw fail(parsed.message);
  return parsed.value;
}

const NANOS_PER_DAY = 86_400_000_000_000n;

/** Adds to the local date. A day that the month lacks rolls over into the next month. */
export function addIsoDuration(
  run: Run,
  receiver: Value,
  duration: IsoDuration,
  direction: 1 | -1,
): Timestamp {
  const timestamp = coerceTimestamp(receiver, run);
  const step = calendarStep(duration, direction);
  if (!step.calendar) return moved(run, timestamp, timestamp.epochNs + step.nanos);
  const { epochNs, offsetSeconds, zone } = timestamp;
  const clock = readClock(epochNs, offsetSeconds, '');
  const before = daysFromCivil(clock.year, clock.month, clock.day);
  const after = daysFromCivil(clock.year + step.years, clock.month + step.months, clock.day) + step.days;
  // Far outside any calendar. The limit also ensures that the numbers are exact.
  if (!Number.isSafeInteger(after) || Math.abs(civilFromDays(after).year) > 292_277_000_000) {
    throw fail('the resulting date is out of range');
  }
  const wallNs = epochNs + BigInt(offsetSeconds) * 1_000_000_000n + BigInt(after - before) * NANOS_PER_DAY;
  // Converting the wall clock reading looks up the zone twice.
  payForZone(run, zone);
  payForZone(run, zone);
  return moved(run, timestamp, wallClockNanos(wallNs, zone, offsetSeconds) + step.nanos);
}

/** Nanoseconds from year 1, from which Go's rounding counts, to 1970. */
const YEAR_ONE_NANOS = 62_135_596_800_000_000_000n;

export function roundTimestamp(run: Run, receiver: Value, multiple: bigint): Timestamp {
  const timestamp = coerceTimestamp(receiver, run);
  if (multiple <= 0n) return timestamp;
  const sinceYearOne = timestamp.epochNs + YEAR_ONE_NANOS;
  const rest = ((sinceYearOne % multiple) + multiple) % multiple;
  const up = rest * 2n >= multiple;
  return moved(run, timestamp, timestamp.epochNs - rest + (up ? multiple : 0n));
}

/** Whole units since 1970, rounded down. */
export function unixUnits(run: Run, receiver: Value, nanosPerUnit: bigint): bigint {
  const { epochNs } = coerceTimestamp(receiver, run);
  const whole = epochNs / nanosPerUnit;
  return epochNs < 0n && epochNs % nanosPerUnit !== 0n ? whole - 1n : whole;
}
