import { parseRfc3339 } from '../../../src/base/calendar.ts';
import { parseDurationMs } from '../../../src/base/duration.ts';
import type { DeliveryFilterInput } from '../../../src/management/delivery-filter-fields.ts';

// A filter in three forms: the page's address, the API's query, and words. It has the same fields and accepts the same texts
// as `sluice events:deliveries` and `sluice events:dead-letters`.

type DeliveryStatus = NonNullable<DeliveryFilterInput['status']>[number];

/** Repeated here, because the domain's list is in a file that needs Node; a test compares the two. */
export const STATUSES = [
  'waiting',
  'available',
  'parked',
  'delivered',
  'rejected',
  'exhausted',
  'discarded',
] as const satisfies readonly DeliveryStatus[];

/** The API's default statuses for a retry or a discard; a test compares them. */
export const STATUSES_OF = {
  retry: ['rejected', 'exhausted'],
  discard: ['waiting', 'available', 'parked', 'rejected', 'exhausted'],
} as const satisfies Readonly<Record<Action, readonly DeliveryStatus[]>>;

/** Deliveries a second, with the API's limits; a test compares them. */
export const RATE = { min: 1, max: 1_000, default: 100 } as const;

export type Action = 'retry' | 'discard';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** Collapsed until it is used. */
  readonly isRare?: boolean;
  readonly kind: 'text' | 'time' | 'code' | 'choice';
  readonly choices?: readonly string[];
  readonly suggestions?: 'publications' | 'subscriptions';
}

const EVENT_FIELDS = [
  { name: 'event_id', label: 'Event id', kind: 'text', isRare: true },
  { name: 'event_type', label: 'Event type', kind: 'text', isRare: true },
  { name: 'event_subject', label: 'Subject', kind: 'text', hint: 'for Salesforce the topic', isRare: true },
] as const satisfies readonly Field[];

const TIME_HINT = '2h, 3d or 2026-11-23T20:00:00Z';

export const DELIVERY_FIELDS: readonly Field[] = [
  { name: 'publication', label: 'Publication', kind: 'text', suggestions: 'publications' },
  { name: 'subscription', label: 'Subscription', kind: 'text', suggestions: 'subscriptions' },
  { name: 'error', label: 'Error holds', kind: 'text', hint: 'part of the last error' },
  { name: 'http_status', label: 'HTTP status', kind: 'code', hint: 'of the last attempt, such as 503' },
  ...EVENT_FIELDS,
  { name: 'from', label: 'Since', kind: 'time', hint: TIME_HINT, isRare: true },
  { name: 'until', label: 'Until', kind: 'time', hint: TIME_HINT, isRare: true },
];

export const DEAD_LETTER_FIELDS: readonly Field[] = [
  { name: 'queue', label: 'Queue', kind: 'choice', choices: ['deliveries', 'ordered', 'polls'] },
  { name: 'kind', label: 'Kind', kind: 'choice', choices: ['delivery', 'retry', 'poll', 'unreadable'] },
  { name: 'app', label: 'App', kind: 'text' },
  { name: 'publication', label: 'Publication', kind: 'text', hint: 'a name needs the app' },
  { name: 'subscription', label: 'Subscription', kind: 'text', hint: 'a name needs the app' },
  { name: 'reason', label: 'Reason holds', kind: 'text' },
  ...EVENT_FIELDS,
  { name: 'from', label: 'Since', kind: 'time', hint: TIME_HINT, isRare: true },
  { name: 'until', label: 'Until', kind: 'time', hint: TIME_HINT, isRare: true },
];

/** As in the page's address: an empty field is absent. `status` holds several values, separated by commas. */
export type Given = Readonly<Record<string, string>>;

/** Reads the address; ignores what is not a field of a filter. */
export function givenIn(query: URLSearchParams, fields: readonly Field[]): Given {
  const given: Record<string, string> = {};
  for (const name of ['status', ...fields.map((field) => field.name)]) {
    const value = query.get(name)?.trim() ?? '';
    if (value !== '') given[name] = value;
  }
  return given;
}

/** What is wrong with a field, in the API's words; undefined if nothing is. */
export function faultIn({ kind, label }: Field, value: string): string | undefined {
  if (value === '') return undefined;
  if (kind === 'time' && timeOf(value, 0) === undefined) {
    return `${label}: expected how long ago, such as 2h, or a time such as 2026-11-23T20:00:00Z`;
  }
  if (kind === 'code' && !/^[1-5]\d\d$/.test(value)) return `${label}: expected a status such as 503`;
  return undefined;
}

/** A time as given, or computed from how long ago it was. */
function timeOf(text: string, nowMs: number): string | undefined {
  if (parseRfc3339(text) !== undefined) return text;
  const agoMs = parseDurationMs(text);
  return agoMs === undefined ? undefined : new Date(nowMs - agoMs).toISOString();
}

/** For the API's query. `nowMs` is the moment that "2h" counts from: the same for every page of a list. */
export function queryOf(given: Given, nowMs: number): Record<string, string> {
  const query: Record<string, string> = { ...given };
  for (const name of ['from', 'until']) {
    const value = given[name];
    const time = value === undefined ? undefined : timeOf(value, nowMs);
    if (time !== undefined) query[name] = time;
  }
  return query;
}

/** For the API's body. */
export function bodyOf(given: Given, nowMs: number): Record<string, unknown> {
  const { status, http_status: code, ...rest } = queryOf(given, nowMs);
  return {
    ...rest,
    ...(status !== undefined && { status: status.split(',') }),
    ...(code !== undefined && { http_status: Number(code) }),
  };
}

/** The filter of a retry or a discard, with the default statuses filled in when none is given. */
export function withStatuses(given: Given, action: Action): Given {
  return given['status'] === undefined ? { ...given, status: STATUSES_OF[action].join(',') } : given;
}

/** Each part in words, such as `publication: crm`. */
export function wordsOf(
  given: Given | Readonly<Record<string, unknown>>,
  fields: readonly Field[],
): string[] {
  return [{ name: 'status', label: 'Status' }, ...fields].flatMap(({ name, label }) => {
    const value: unknown = Reflect.get(given, name);
    if (value === undefined || value === '') return [];
    const text = Array.isArray(value) ? value.join(', ') : String(value).replaceAll(',', ', ');
    return [`${label}: ${text}`];
  });
}
