/** The ways in which an attempt ends: see `decide-outcome.ts`. */
export const ATTEMPT_OUTCOMES = [
  'delivered',
  'kept',
  'retry',
  'parked',
  'rejected',
  'exhausted',
  'disabled',
] as const;
/** The outcome of an event at one point of its path. */
export const HISTORY_OUTCOMES = [...ATTEMPT_OUTCOMES, 'dropped'] as const;
export type HistoryOutcome = (typeof HISTORY_OUTCOMES)[number];

/**
 * One attempt to deliver an event, or its drop by a stream's filter, without the payload. On AWS it is a log line,
 * which is written anyway; on a laptop it is also a row.
 */
export interface HistoryEntry {
  /** When the attempt ended, or the event was dropped. */
  readonly atMs: number;
  readonly appId: string;
  /** As `historyEventId` writes it. */
  readonly eventId: string;
  readonly deliveryId: string;
  readonly publication: string;
  /** Absent for a direct publish. */
  readonly subscriptionId?: string | undefined;
  readonly outcome: HistoryOutcome;
  /** Counted from 1; absent for a drop. */
  readonly attempt?: number | undefined;
  readonly durationMs?: number | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  readonly errorId?: string | undefined;
  /** When the attempt's message was queued; for a first attempt, when the event was accepted. */
  readonly queuedAtMs?: number | undefined;
}

/** Adds what only a store may hold, because a log must not. */
export interface KeptEntry extends HistoryEntry {
  /** The beginning of the receiver's answer. */
  readonly answer?: string | undefined;
  readonly eventType?: string | undefined;
  readonly eventSubject?: string | undefined;
}

/** How many events a filter dropped in a minute. */
export interface DropCount {
  readonly appId: string;
  readonly subscriptionId: string;
  readonly publication: string;
  /** When the minute began, or when the counting within it ended. */
  readonly atMs: number;
  readonly count: number;
}

const EVENT_ID_LENGTH_MAX = 256;

/** Shortens the id for the log: the publisher chooses it, and a log line must not grow at their will. */
export function historyEventId(id: string): string {
  return id.length <= EVENT_ID_LENGTH_MAX ? id : id.slice(0, EVENT_ID_LENGTH_MAX);
}

type Fields = { readonly [name: string]: string | number | boolean | undefined };

/** The fields of an entry's log line. Its time is the line's own time. */
export function entryFields(entry: HistoryEntry): Fields {
  return {
    appId: entry.appId,
    publication: entry.publication,
    subscriptionId: entry.subscriptionId,
    eventId: entry.eventId,
    deliveryId: entry.deliveryId,
    durationMs: entry.durationMs,
    status: entry.status,
    errorId: entry.errorId,
    outcome: entry.outcome,
    attempt: entry.attempt,
    queuedAtMs: entry.queuedAtMs,
  };
}

/** The fields of the log line for drops. */
export function dropFields({ appId, publication, subscriptionId, count }: DropCount): Fields {
  return { appId, publication, subscriptionId, count };
}

/** The entry of a line written with `entryFields`; undefined for any other line. */
export function entryOf(fields: Readonly<Record<string, unknown>>, atMs: number): HistoryEntry | undefined {
  const appId = text(fields['appId']);
  const eventId = text(fields['eventId']);
  const deliveryId = text(fields['deliveryId']);
  const publication = text(fields['publication']);
  const outcome = HISTORY_OUTCOMES.find((each) => each === fields['outcome']);
  if (appId === undefined || eventId === undefined || deliveryId === undefined) return undefined;
  if (publication === undefined || outcome === undefined) return undefined;
  return {
    atMs,
    appId,
    eventId,
    deliveryId,
    publication,
    subscriptionId: text(fields['subscriptionId']),
    outcome,
    attempt: number(fields['attempt']),
    durationMs: number(fields['durationMs']),
    status: number(fields['status']),
    errorId: text(fields['errorId']),
    queuedAtMs: number(fields['queuedAtMs']),
  };
}

/** The drops of a line written with `dropFields`; undefined for any other line. */
export function dropsOf(fields: Readonly<Record<string, unknown>>, atMs: number): DropCount | undefined {
  const appId = text(fields['appId']);
  const publication = text(fields['publication']);
  const subscriptionId = text(fields['subscriptionId']);
  const count = number(fields['count']);
  if (appId === undefined || publication === undefined) return undefined;
  if (subscriptionId === undefined || count === undefined) return undefined;
  return { appId, publication, subscriptionId, atMs, count };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
