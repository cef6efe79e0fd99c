import type { Flow } from '../../api/objects.ts';

export type Minutes = Flow['subscriptions'][number]['minutes'];

export type CountField = 'received' | 'delivered' | 'kept' | 'failed' | 'parked' | 'dropped';

/** What became of the events in a span. */
export interface Sum {
  readonly received: number;
  readonly delivered: number;
  /** For an app that pulls them. */
  readonly kept: number;
  readonly failed: number;
  readonly parked: number;
  readonly dropped: number;
  /** The largest lag of the span. */
  readonly lagMs: number | undefined;
}

export const HOUR_MINUTES = 60;
/** For the current rate: a single minute jumps, and the current one is incomplete. */
const RATE_MINUTES = 5;
const MINUTE_MS = 60_000;

export function sumOf(minutes: Minutes): Sum {
  const lags = minutes.map(({ lag_ms }) => lag_ms).filter((lag) => lag !== undefined);
  return {
    received: total(minutes, 'received'),
    delivered: total(minutes, 'delivered'),
    kept: total(minutes, 'kept'),
    failed: total(minutes, 'failed'),
    parked: total(minutes, 'parked'),
    dropped: total(minutes, 'dropped'),
    lagMs: lags.length === 0 ? undefined : Math.max(...lags),
  };
}

/** Over the last full minutes; before the first of them, over the current one. */
export function ratePerMinute(minutes: Minutes, field: CountField, nowMs: number): number {
  const runningMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const isNew = minutes[0] !== undefined && Date.parse(minutes[0].at) >= runningMs;
  const untilMs = isNew ? runningMs + MINUTE_MS : runningMs;
  const fromMs = untilMs - RATE_MINUTES * MINUTE_MS;
  const recent = minutes.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) < untilMs);
  // An app that started a minute ago has no five minutes to average.
  const first = minutes[0] === undefined ? untilMs : Date.parse(minutes[0].at);
  const span = Math.min(RATE_MINUTES, Math.max(1, (untilMs - first) / MINUTE_MS));
  return total(recent, field) / span;
}

/** One number a minute, oldest first, with a zero where nothing happened. */
export function everyMinute(minutes: Minutes, field: CountField, nowMs: number): number[] {
  const last = Math.floor(nowMs / MINUTE_MS);
  const values = new Array<number>(HOUR_MINUTES).fill(0);
  for (const minute of minutes) {
    const index = HOUR_MINUTES - 1 - (last - Math.floor(Date.parse(minute.at) / MINUTE_MS));
    if (index >= 0 && index < HOUR_MINUTES) values[index] = minute[field];
  }
  return values;
}

function total(minutes: Minutes, field: CountField): number {
  return minutes.reduce((sum, minute) => sum + minute[field], 0);
}
