/** The last events of subscriptions whose owners asked for it, with their payloads: what a new filter is tried on. */
export interface KeptEventStore {
  /** Keeps the events, the oldest first, in the place of those that came before them where there would be more than `max`. */
  keep(appId: string, subscriptionId: string, events: readonly NewKeptEvent[], max: number): Promise<void>;
  /** Newest first. */
  list(
    appId: string,
    subscriptionId: string,
    query: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptEvent[]>;
  /** Answers how many of them were there. */
  remove(appId: string, subscriptionId: string, ids: readonly string[]): Promise<number>;
  /** Removes all of a subscription. */
  clear(appId: string, subscriptionId: string): Promise<void>;
  /** Removes at most `limit` of all apps whose time has come, and answers how many; where the store does so by itself, none. */
  forgetDue(nowMs: number, limit: number): Promise<number>;
}

export interface NewKeptEvent {
  readonly atMs: number;
  /** From then on it is not shown, and may be removed. */
  readonly forgetAtMs: number;
  /** Structured CloudEvents JSON, at most `KEPT_EVENT_BYTES_MAX`. */
  readonly eventJson: string;
}

export interface KeptEvent extends NewKeptEvent {
  /** Within the subscription; grows. */
  readonly id: string;
}

/** Of one subscription: with the bytes of one, 16 MB at most. */
export const KEPT_EVENTS_MAX = 500;
/** A larger event is not kept: an item of the table holds 400 KB, and a sample needs no large ones. */
export const KEPT_EVENT_BYTES_MAX = 32_768;
