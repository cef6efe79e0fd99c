import { fail, typeError } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { QUOTED_LENGTH_MAX } from '../../text.ts';
import { decodeUtf8, isBytes, isNumber, resolveNumber, Timestamp, type Value } from '../../values.ts';
import { NANOS_PER_SECOND } from './civil-date.ts';
import { type Layout, type ParsedTime, RFC3339_NANO } from './go-time-layout.ts';

export function timestampOf(time: ParsedTime): Timestamp {
  return new Timestamp(time.epochNanos, time.offsetSeconds, time.zoneName);
}

/** Parses by a Go layout; throws Go's error message. */
export function parseTimestamp(text: string, layout: Layout): Timestamp {
  const parsed = layout.parse(text);
  if (!parsed.ok) throw fail(parsed.message);
  return timestampOf(parsed.time);
}

/** Accepts a timestamp, seconds since 1970 with a fraction, or a text in RFC 3339. */
export function coerceTimestamp(value: Value, run?: Run): Timestamp {
  if (value instanceof Timestamp) return value;
  // An error quotes the text twice, and the run pays for that.
  if (typeof value === 'string' || isBytes(value)) run?.step(Math.min(value.length, QUOTED_LENGTH_MAX) >> 4);
  if (typeof value === 'string') return parseTimestamp(value, RFC3339_NANO);
  if (isBytes(value)) return parseTimestamp(decodeUtf8(value), RFC3339_NANO);
  if (!isNumber(value)) throw typeError('number or string', value);
  const number = resolveNumber(value);
  if (typeof number === 'bigint') return new Timestamp(BigInt.asIntN(64, number) * NANOS_PER_SECOND);
  const seconds = typeof number === 'number' ? number : number.value;
  if (!Number.isFinite(seconds)) throw fail(`failed to parse value '${seconds}' as number`);
  const whole = Math.trunc(seconds);
  const nanos = Math.trunc((seconds - whole) * 1e9);
  return new Timestamp(BigInt(whole) * NANOS_PER_SECOND + BigInt(nanos));
}
