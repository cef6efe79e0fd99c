import { describe, expect, it } from 'vitest';
import { NANOS_PER_SECOND, readClock } from './civil-date.ts';
import { RFC3339_NANO } from './go-time-layout.ts';
import { strftime, strptime } from './strftime.ts';

const CLOCK = readClock(1_596_517_443n * NANOS_PER_SECOND + 123_456_789n, 0, 'UTC');

const PRINTED: readonly (readonly [string, string])[] = [
  ['%Y-%m-%d %H:%M:%S.%f', '2020-08-04 05:04:03.123456'],
  ['%y %C %b %B %h %a %A %d %e %j', '20 20 Aug August Aug Tue Tuesday 04  4 217'],
  ['%I %l %k %p %P %s', '05  5  5 AM am 1596517443'],
  ['%F %T %R %D %X %x', '2020-08-04 05:04:03 05:04 08/04/20 05:04:03 08/04/20'],
  ['%z %:z %::z %Z', '+0000 +00:00 +00:00:00 UTC'],
  ['%G %g %V %u %w %U %W', '2020 20 32 2 2 31 31'],
  ['%-d %_d %03d %^b %#p', '4  4 004 AUG am'],
  ['%c|%v|%+', 'Tue Aug  4 05:04:03 2020| 4-Aug-2020|Tue Aug  4 05:04:03 UTC 2020'],
  ['100%% %Q', '100% %Q'],
];

const PARSED: readonly (readonly [string, string, string])[] = [
  ['2020-08-14 05:54:23', '%Y-%m-%d %H:%M:%S', '2020-08-14T05:54:23Z'],
  ['14 August 20', '%d %B %y', '2020-08-14T00:00:00Z'],
  ['12:30 AM', '%I:%M %p', '1900-01-01T00:30:00Z'],
  ['2020-227', '%Y-%j', '2020-08-14T00:00:00Z'],
  ['1597405526', '%s', '2020-08-14T11:45:26Z'],
  ['2020-08-14 +0200', '%Y-%m-%d %z', '2020-08-14T00:00:00+02:00'],
  ['2020-08-14 +02:00', '%Y-%m-%d %:z', '2020-08-14T00:00:00+02:00'],
  ['05:54:23.5', '%T.%f', '1900-01-01T05:54:23.5Z'],
];

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['xx', '%Y', 'failed to parse "xx" with "%Y": cannot parse "%Y"'],
  ['2020-08', '%Y/%m', 'failed to parse "2020-08" with "%Y/%m": expected \'/\''],
  ['2020 extra', '%Y', 'failed to parse "2020 extra" with "%Y": unparsed string " extra"'],
];

describe('strftime and strptime', () => {
  it.each(PRINTED)('prints %j', (format, text) => {
    expect(strftime(format).print(CLOCK)).toBe(text);
  });

  it.each(PARSED)('reads %j by %j', (text, format, rfc3339) => {
    const parsed = strptime(text, format);
    if (!parsed.ok) throw new Error(parsed.message);
    const { epochNanos, offsetSeconds, zoneName } = parsed.value;
    expect(RFC3339_NANO.format(readClock(epochNanos, offsetSeconds, zoneName))).toBe(rfc3339);
  });

  it.each(REFUSED)('refuses %j by %j', (text, format, message) => {
    expect(strptime(text, format)).toEqual({ ok: false, message });
  });
});
