import type { AppCounts } from '../../domain/app-log/app-counts.ts';
import { LOG_MESSAGES, type LogCode } from '../../telemetry/log-messages.ts';
import type { LogFields } from '../../telemetry/logger.ts';

// Turns a function's log messages into the lines that an app's owner reads in the app's own log. docs/heroku-logs.md
// explains the lines.

/** Messages that an app's owner can act on, or has to know. All others are for the operator of the installation. */
const FOR_ATTENTION: ReadonlySet<LogCode> = new Set<LogCode>([
  'DELIVERY_DROPPED',
  'FILTER_FAILED',
  'PULL_BACKLOG_FULL',
  'PUBLICATION_DISABLED',
  'PUBLICATION_DOWN',
  'BREAKER_OPENED',
  'BREAKER_CLOSED',
  'SLOW_GENERATOR_RESTED',
  'GENERATORS_PUT_OFF',
  'GENERATOR_FAILED',
  'SLOW_FILTER_RESTED',
  'FEED_FAILED',
  'FEED_GAP',
  'FEED_EVENT_UNDECODABLE',
  'FEED_REPAIR_FAILED',
  'AUTHORIZATION_FAILING',
  'AUTHORIZATION_DEAD',
  'AUTHORIZATION_REPLACED',
  'AUTHORIZATION_NOT_REVOKED',
  'ALLOCATION_LOW',
  'ALLOCATION_UNREADABLE',
  'HEROKU_RESOURCE_REMOVING',
]);

/**
 * The fields that are shown, in this order, and their names. No others are shown: error texts may reveal the
 * installation or quote an event.
 */
const SHOWN: readonly (readonly [field: string, name: string, unit?: string])[] = [
  ['outcome', 'outcome'],
  ['publication', 'publication'],
  ['subscription', 'subscription'],
  ['alias', 'authorization'],
  ['topic', 'topic'],
  ['eventId', 'event'],
  ['attempt', 'attempt'],
  ['status', 'status'],
  ['errorId', 'error'],
  ['reason', 'reason'],
  ['policy', 'policy'],
  ['entity', 'entity'],
  ['name', 'allocation'],
  ['usedPercent', 'used', '%'],
  ['percent', 'share', '%'],
  ['count', 'count'],
  ['attempts', 'attempts'],
  ['failures', 'failures'],
  ['failuresInRow', 'failures'],
  ['failedProbes', 'failed-probes'],
  ['waiting', 'waiting'],
  ['available', 'available'],
  ['parked', 'parked'],
  ['line', 'line'],
  ['column', 'column'],
  ['durationMs', 'duration', 'ms'],
  ['tookMs', 'took', 'ms'],
  ['deliveryId', 'delivery'],
];

/** Values are short, except those that a publisher chose. */
const VALUE_CHARACTERS_MAX = 300;
const PLAIN_VALUE = /^[\p{L}\p{N}_./:@+#%~*-]+$/u;

/**
 * Why the app's log shows a message; undefined if it does not. attention: something has changed, or waits for a person.
 * failure: one of possibly thousands, for example when a receiver is down. sample: all is well.
 */
export type Note = 'attention' | 'failure' | 'sample';

export function noteOf(code: LogCode, fields: LogFields): Note | undefined {
  switch (code) {
    case 'DELIVERY_ATTEMPTED':
      // A pulled delivery counts as delivered when it is acknowledged.
      if (fields['outcome'] === 'kept') return undefined;
      return fields['outcome'] === 'delivered' ? 'sample' : 'failure';
    case 'EVENT_DROPPED':
      return 'sample';
    case 'FEED_FAILED':
      // Without a kind, one of our stores failed, which costs the app nothing.
      return fields['kind'] === undefined ? undefined : 'attention';
    default:
      return FOR_ATTENTION.has(code) ? 'attention' : undefined;
  }
}

/**
 * The line's text, such as `at=warn code=DELIVERY_ATTEMPTED outcome=retry publication=orders … status=500
 * error=http-500`.
 */
export function textOf(code: LogCode, fields: LogFields): string {
  const parts = [`at=${levelOf(code, fields)}`, `code=${code}`];
  for (const [field, name, unit = ''] of SHOWN) {
    const value = fields[field];
    if (value !== undefined) parts.push(`${name}=${valueText(value)}${unit}`);
  }
  // For an attempt, the outcome says it.
  if (code !== 'DELIVERY_ATTEMPTED') parts.push(`msg=${JSON.stringify(LOG_MESSAGES[code].text)}`);
  return parts.join(' ');
}

function levelOf(code: LogCode, { outcome }: LogFields): string {
  if (code !== 'DELIVERY_ATTEMPTED') return LOG_MESSAGES[code].level.toLowerCase();
  switch (outcome) {
    case 'delivered':
      return 'info';
    case 'retry':
    case 'parked':
      return 'warn';
    default:
      return 'error';
  }
}

/**
 * Quotes a value that could be mistaken for more than a value, and escapes the characters that a terminal would obey.
 */
function valueText(value: string | number | boolean): string {
  if (typeof value === 'number') return String(Math.round(value));
  if (typeof value === 'boolean') return String(value);
  const short = value.length <= VALUE_CHARACTERS_MAX ? value : `${value.slice(0, VALUE_CHARACTERS_MAX)}…`;
  if (PLAIN_VALUE.test(short)) return short;
  return JSON.stringify(short.toWellFormed()).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** What the message adds to the counts of its app; undefined if nothing. */
export function countsOf(code: LogCode, { outcome, count }: LogFields): AppCounts | undefined {
  switch (code) {
    case 'DELIVERY_ATTEMPTED':
      switch (outcome) {
        case 'delivered':
          return DELIVERED;
        case 'kept':
          return undefined;
        case 'rejected':
        case 'exhausted':
          return GIVEN_UP;
        default:
          return FAILED;
      }
    case 'FILTER_FAILED':
      return { 'events-given-up': numberOf(count) };
    case 'EVENTS_DROPPED':
      return { 'events-filtered': numberOf(count) };
    default:
      return undefined;
  }
}

const DELIVERED: AppCounts = { 'events-delivered': 1 };
const FAILED: AppCounts = { 'attempts-failed': 1 };
const GIVEN_UP: AppCounts = { 'attempts-failed': 1, 'events-given-up': 1 };

function numberOf(value: string | number | boolean | undefined): number {
  return typeof value === 'number' ? value : 0;
}
