/**
 * A feed's position at a time: everything that Salesforce publishes after `atMs` comes after `cursor`, because
 * Salesforce had issued that cursor by then. The same holds for everything that the feed, reading on from there,
 * accepted after `atMs`.
 */
export interface FeedPosition {
  readonly feedId: string;
  /** Base64 of the raw replay id. */
  readonly cursor: string;
  /** By our clock: the bus has no time of its own. */
  readonly atMs: number;
}

/** The history of feed positions: the only way to map a time to a cursor. */
export interface FeedPositionStore {
  /** Stores one position per feed and time; the last write wins. Positions may expire after `EVENTS_KEPT_MS`. */
  put(position: FeedPosition): Promise<void>;
  /** The newest position with `fromMs` ≤ `atMs` ≤ `untilMs`. */
  newest(feedId: string, fromMs: number, untilMs: number): Promise<FeedPosition | undefined>;
}

/** How long Salesforce retains events; older positions are useless. */
export const EVENTS_KEPT_MS = 72 * 3_600_000;
