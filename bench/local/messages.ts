/** What the processes of `bench local` say to one another. */

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PublishOrder {
  readonly target: Target;
  /** Begins the id of each event: no two phases share one. */
  readonly run: string;
  readonly events: number;
  /** Requests that are open at a time. */
  readonly atOnce: number;
  /** Events a second; absent: as fast as they are accepted. */
  readonly perSecond?: number;
}

export interface Published {
  readonly startedAtMs: number;
  readonly accepted: readonly { readonly id: string; readonly sentAtMs: number }[];
  /** What was answered instead of 2xx, and how often. */
  readonly refusals: Readonly<Record<string, number>>;
}

export type ReceiverQuestion = 'count' | 'arrivals';

export interface Arrivals {
  /** By the id of the event: when each of its deliveries came. */
  readonly [id: string]: readonly number[];
}

/** Milliseconds of the machine's monotonic clock, which all of its processes share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const BODY_BYTES = 1_024;
const ID = /"benchId":"([^"]+)/;

/** A kilobyte of JSON that says which event it is. */
export function payload(id: string): string {
  const order = { benchId: id, type: 'order.updated', status: 'Activated', amount: 1_250.5, note: '' };
  return JSON.stringify({ ...order, note: 'x'.repeat(BODY_BYTES - JSON.stringify(order).length) });
}

/** Undefined when the body is none of ours. */
export function idOf(body: string): string | undefined {
  return ID.exec(body)?.[1];
}
