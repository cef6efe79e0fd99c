import { parseRfc3339 } from '../../../src/base/calendar.ts';
import { parseDurationMs } from '../../../src/base/duration.ts';
import type { DeliveryStatus } from '../../../src/domain/deliveries/delivery.ts';

// What is asked for: in the address of the page, in the query of the API, and in words. The same fields and the same texts as
// `sluice events:deliveries` and `sluice events:dead-letters` take.

/** Written out, because the domain's list stands beside what only Node has; a test compares. */
export const STATUSES = [
  'waiting',
  'available',
  'parked',
  'delivered',
  'rejected',
  'exhausted',
  'discarded',
] as const satisfies readonly DeliveryStatus[];

/** What a retry or a discard takes when no status is asked for, as the API has it; a test compares. */
export const STATUSES_OF = {
  retry: ['rejected', 'exhausted'],
  discard: ['waiting', 'available', 'parked', 'rejected', 'exhausted'],
} as const satisfies Readonly<Record<Action, readonly DeliveryStatus[]>>;

/** Deliveries a second, as the API has them; a test compares. */
export const RATE = { min: 1, max: 1_000, default: 100 } as const;

export type Action = 'retry' | 'discard';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** Folded away until it is used. */
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

/** As the page's address has it: what is empty is absent. `status` holds several with commas. */
export type Given = Readonly<Record<string, string>>;

/** Reads the address; what is no field of a filter is passed over. */
export function givenIn(query: URLSearchParams, fields: readonly Field[]): Given {
  const given: Record<string, string> = {};
  for (const name of ['status', ...fields.map((field) => field.name)]) {
    const value = query.get(name)?.trim() ?? '';
    if (value !== '') given[name] = value;
  }
  return given;
}

/** What is wrong with a field, in the words of the API; undefined if nothing. */
export function faultIn({ kind, label }: Field, value: string): string | undefined {
  if (value === '') return undefined;
  if (kind === 'time' && timeOf(value, 0) === undefined) {
    return `${label}: expected how long ago, such as 2h, or a time such as 2026-11-23T20:00:00Z`;
  }
  if (kind === 'code' && !/^[1-5]\d\d$/.test(value)) return `${label}: expected a status such as 503`;
  return undefined;
}

/** A time as it is, or how long ago it was. */
function timeOf(text: string, nowMs: number): string | undefined {
  if (parseRfc3339(text) !== undefined) return text;
  const agoMs = parseDurationMs(text);
  return agoMs === undefined ? undefined : new Date(nowMs - agoMs).toISOString();
}

/** For the API's query. `nowMs` is what "2h" counts from: the same for every page of a list. */
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

/** The filter of a retry or a discard: with the statuses that it means when none is given. */
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
