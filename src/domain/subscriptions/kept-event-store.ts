/** Stores the last events, with payloads, of subscriptions whose owners request it. New filters are tried on them. */
export interface KeptEventStore {
  /** Stores the events, given oldest first. Where there would be more than `max`, the oldest ones are removed. */
  keep(appId: string, subscriptionId: string, events: readonly NewKeptEvent[], max: number): Promise<void>;
  /** Newest first. */
  list(
    appId: string,
    subscriptionId: string,
    query: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptEvent[]>;
  /** Returns how many of them existed. */
  remove(appId: string, subscriptionId: string, ids: readonly string[]): Promise<number>;
  /** Removes all events of a subscription. */
  clear(appId: string, subscriptionId: string): Promise<void>;
  /**
   * Removes at most `limit` events of all apps whose `forgetAtMs` has passed, and returns how many; 0 if the store
   * expires them by itself.
   */
  forgetDue(nowMs: number, limit: number): Promise<number>;
}

export interface NewKeptEvent {
  readonly atMs: number;
  /** From then on the event is not shown and may be removed. */
  readonly forgetAtMs: number;
  /** Structured CloudEvents JSON, at most `KEPT_EVENT_BYTES_MAX`. */
  readonly eventJson: string;
}

export interface KeptEvent extends NewKeptEvent {
  /** Unique within the subscription; ids increase. */
  readonly id: string;
}

/** Per subscription: with `KEPT_EVENT_BYTES_MAX` each, at most 16 MB. */
export const KEPT_EVENTS_MAX = 500;
/** Larger events are not stored: a table item holds 400 KB, and a sample needs no large events. */
export const KEPT_EVENT_BYTES_MAX = 32_768;
