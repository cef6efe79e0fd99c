/** The messages between the processes of `bench local`. */

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PublishOrder {
  readonly target: Target;
  /** The prefix of each event's id: no two phases share one. */
  readonly run: string;
  readonly events: number;
  /** The number of requests open at a time. */
  readonly atOnce: number;
  /** Events a second; when absent, as fast as they are accepted. */
  readonly perSecond?: number;
}

export interface Published {
  readonly startedAtMs: number;
  readonly accepted: readonly { readonly id: string; readonly sentAtMs: number }[];
  /** Answers other than 2xx, and how often each came. */
  readonly refusals: Readonly<Record<string, number>>;
}

export type ReceiverQuestion = 'count' | 'arrivals';

export interface Arrivals {
  /** By event id: the times at which its deliveries arrived. */
  readonly [id: string]: readonly number[];
}

/** Milliseconds of the machine's monotonic clock, which all of its processes share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const BODY_BYTES = 1_024;
const ID = /"benchId":"([^"]+)/;

/** A kilobyte of JSON that identifies its event. */
export function payload(id: string): string {
  const order = { benchId: id, type: 'order.updated', status: 'Activated', amount: 1_250.5, note: '' };
  return JSON.stringify({ ...order, note: 'x'.repeat(BODY_BYTES - JSON.stringify(order).length) });
}

/** Undefined for a body that is not ours. */
export function idOf(body: string): string | undefined {
  return ID.exec(body)?.[1];
}
