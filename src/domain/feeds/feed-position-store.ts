/**
 * Where a feed stood at a time: what Salesforce publishes after `atMs` comes after `cursor`, because Salesforce had given that
 * cursor by then. The same holds for whatever the feed, reading on from there, accepted after `atMs`.
 */
export interface FeedPosition {
  readonly feedId: string;
  /** Base64 of the raw replay id. */
  readonly cursor: string;
  /** By our clock: the bus has no time of its own. */
  readonly atMs: number;
}

/** The history of feeds' positions: the only way from a time to a cursor. */
export interface FeedPositionStore {
  /** One a feed and time: the last one put. It may be forgotten once it is older than `EVENTS_KEPT_MS`. */
  put(position: FeedPosition): Promise<void>;
  /** The newest with `fromMs` ≤ `atMs` ≤ `untilMs`. */
  newest(feedId: string, fromMs: number, untilMs: number): Promise<FeedPosition | undefined>;
}

/** How long Salesforce keeps events; a position is of no use for longer. */
export const EVENTS_KEPT_MS = 72 * 3_600_000;
