import type { Run } from '../../runtime.ts';
import { zeroPadded } from '../../text.ts';
import { Timestamp } from '../../values.ts';
import { NANOS_PER_SECOND } from './civil-date.ts';

// Time zones from the JavaScript engine's data (Intl). Intl knows offsets and long English names, but not the short
// names of tz data that Go prints (`CEST`, `JST`); a table here has those.

const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  // The names lack their final ` Time`. `Alaska AK-` stands for `Alaska Standard AKST, Alaska Daylight AKDT`.
  (
    'Alaska AK-, Atlantic A-, Australian Central AC-, Australian Eastern AE-, Australian Western AW-, Central C-, China C-, ' +
    'Cuba C-, Eastern E-, Hawaii-Aleutian H-, India I-, Irish I-, Japan J-, Korean K-, Mexican Pacific M-, Mountain M-, ' +
    'New Zealand NZ-, Newfoundland N-, Pacific P-, Philippine P-, Samoa S-, South Africa SA-, Taipei C-, ' +
    'British Summer BST, Central Africa CAT, Central European Standard CET, Central European Summer CEST, ' +
    'Central Indonesia WITA, Chamorro Standard ChST, Coordinated Universal UTC, East Africa EAT, ' +
    'Eastern European Standard EET, Eastern European Summer EEST, Eastern Indonesia WIT, Greenwich Mean GMT, ' +
    'Hong Kong Standard HKT, Israel Daylight IDT, Israel Standard IST, Moscow Standard MSK, Pakistan Standard PKT, ' +
    'West Africa Standard WAT, West Africa WAT, Western European Standard WET, Western European Summer WEST, ' +
    'Western Indonesia WIB'
  )
    .split(', ')
    .flatMap((entry) => {
      const space = entry.lastIndexOf(' ');
      const [name, short] = [entry.slice(0, space), entry.slice(space + 1)];
      if (!short.endsWith('-')) return [[`${name} Time`, short] as const];
      return ['Standard', 'Daylight'].map(
        (season) => [`${name} ${season} Time`, `${short.slice(0, -1)}${season.charAt(0)}T`] as const,
      );
    }),
);

interface ZoneFormats {
  readonly offset: Intl.DateTimeFormat;
  /** Made when an abbreviation is first needed. */
  name: Intl.DateTimeFormat | undefined;
  /** The formats' answers for the last minute queried. Most events are recent. */
  readonly lastOffset: Answer;
  readonly lastName: Answer;
}

interface Answer {
  minute: number;
  text: string;
}

const NANOS_PER_MINUTE = 60n * NANOS_PER_SECOND;
/** From 1973 on, all zones change their clocks at a full minute of UTC; some did so at one minute past the hour. */
const FIRST_MINUTE = 60 * 24 * (365 * 3 + 1);

function ask(format: Intl.DateTimeFormat, last: Answer, epochNs: bigint): string {
  const minute = epochNs < 0n ? -1 : Number(epochNs / NANOS_PER_MINUTE);
  if (minute === last.minute) return last.text;
  const text = zonePart(format, dateOf(epochNs));
  if (minute >= FIRST_MINUTE) {
    last.minute = minute;
    last.text = text;
  }
  return text;
}

// Making a formatter costs far more than using it, and no run pays for it. So the cache has room for every zone that
// the platform knows, some six hundred with their old names, and each formatter is made once per process. A
// formatter takes some 40 kB.
const CACHED_ZONES_MAX = 1_000;
const formats = new Map<string, ZoneFormats>();

function formatsOf(zone: string): ZoneFormats | undefined {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  // An offset such as `+02:00` and rules such as `EST5EDT` are not names of places.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(zone)) return undefined;
  try {
    const offset = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    // Intl ignores case (`utc`, `europe/berlin`). Go does not, because its zones are file names.
    const canonical = offset.resolvedOptions().timeZone;
    if (canonical !== zone && canonical.toLowerCase() === zone.toLowerCase()) return undefined;
    const made: ZoneFormats = {
      offset,
      name: undefined,
      lastOffset: { minute: Number.NaN, text: '' },
      lastName: { minute: Number.NaN, text: '' },
    };
    if (formats.size >= CACHED_ZONES_MAX) formats.clear();
    formats.set(zone, made);
    return made;
  } catch {
    // Intl refuses the name, so there is no such zone.
    return undefined;
  }
}

// Date cannot hold dates beyond this, so the zone's rules at the nearest date apply.
const DATE_SECONDS_MAX = 8_640_000_000_000;

function dateOf(epochNs: bigint): Date {
  let seconds = Number(epochNs / NANOS_PER_SECOND);
  if (epochNs < 0n && epochNs % NANOS_PER_SECOND !== 0n) seconds -= 1;
  return new Date(Math.min(Math.max(seconds, -DATE_SECONDS_MAX), DATE_SECONDS_MAX) * 1000);
}

function zonePart(format: Intl.DateTimeFormat, date: Date): string {
  return format.formatToParts(date).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** The local zone is UTC, so that a mapping gives the same result everywhere. */
const LOCAL_ZONE = 'UTC';

/** The zone that `UTC`, `Local` or an IANA name stands for; undefined if it cannot be loaded. */
export function loadZone(name: string): string | undefined {
  if (name === '' || name === 'UTC') return 'UTC';
  if (name === 'Local') return LOCAL_ZONE;
  return formatsOf(name) === undefined ? undefined : name;
}

function offsetAt(zone: string, epochNs: bigint): number {
  if (zone === 'UTC') return 0;
  const found = formatsOf(zone);
  if (found === undefined) return 0;
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(ask(found.offset, found.lastOffset, epochNs));
  const seconds = Number(match?.[2] ?? 0) * 3600 + Number(match?.[3] ?? 0) * 60 + Number(match?.[4] ?? 0);
  return match?.[1] === '-' ? -seconds : seconds;
}

/** The cost of asking the platform about an instant in a zone. UTC and bare offsets need no lookup. */
const STEPS_OF_A_LOOKUP = 4;

export function payForZone(run: Run, zone: string): void {
  if (zone !== 'UTC' && zone !== '') run.step(STEPS_OF_A_LOOKUP);
}

/** The same instant in a zone that {@link loadZone} returned. */
export function inZone(epochNs: bigint, zone: string): Timestamp {
  return new Timestamp(epochNs, offsetAt(zone, epochNs), zone);
}

/**
 * Converts a wall clock reading in a zone to nanoseconds since the epoch. In a gap or an overlap, the offset before the
 * change applies, as in Go.
 */
export function wallClockNanos(wallNs: bigint, zone: string, offsetSeconds: number): bigint {
  if (!zone.includes('/') || formatsOf(zone) === undefined)
    return wallNs - BigInt(offsetSeconds) * NANOS_PER_SECOND;
  const guess = offsetAt(zone, wallNs);
  const first = wallNs - BigInt(guess) * NANOS_PER_SECOND;
  const second = offsetAt(zone, first);
  return second === guess ? first : wallNs - BigInt(second) * NANOS_PER_SECOND;
}

/** The text that `MST` in a layout and `%Z` print for the zone; empty for an offset without a name. */
export function zoneAbbreviation(zone: string, epochNs: bigint, offsetSeconds: number): string {
  if (zone === '' || zone === 'UTC' || !/[/a-z]/.test(zone)) return zone;
  const found = formatsOf(zone);
  if (found === undefined) return zone;
  found.name ??= new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'long' });
  const long = ask(found.name, found.lastName, epochNs);
  const short = SHORT_NAMES.get(long);
  if (short !== undefined) return short;
  // For a zone without an alphabetic abbreviation, tz data uses the offset: `+03`, `+0545`.
  const minutes = Math.abs(Math.trunc(offsetSeconds / 60));
  const hours = zeroPadded(Math.floor(minutes / 60), 2);
  const rest = minutes % 60 === 0 ? '' : zeroPadded(minutes % 60, 2);
  return `${offsetSeconds < 0 ? '-' : '+'}${hours}${rest}`;
}
