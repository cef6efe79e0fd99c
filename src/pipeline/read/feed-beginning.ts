import { timeText } from '../../base/calendar.ts';
import type { Clock } from '../../base/clock.ts';
import { type Feed, type FeedGap, isChangeTopic } from '../../domain/feeds/feed.ts';
import type { FeedEvent, FeedStart } from '../../domain/feeds/feed-source.ts';
import type { Log } from '../../telemetry/logger.ts';
import { feedLogFields } from './feed-log-fields.ts';
import type { LeasedFeed } from './leased-feed.ts';

export interface FeedBeginningPorts {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Salesforce's clock and ours may differ by this much: an event from slightly before is included rather than missed.
 */
export const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Knows where a feed without a cursor begins. Salesforce gives the first cursor with the first event or keepalive, up
 * to 270 s after the stream was opened. A stream that ends before that leaves no position to continue from, and
 * `latest` would be a later position each time. So the record says since when the feed has wanted new events, and
 * whoever opens the next stream makes up for it. On a topic of changes, it reads again from the earliest event and
 * passes over those that Salesforce committed before that time. Platform events have no reliable time: a possible gap
 * is recorded, once, when its end is known.
 */
export class FeedBeginning {
  readonly #ports: FeedBeginningPorts;
  readonly #record: LeasedFeed;
  readonly #feed: Feed;
  /** See `Feed`. */
  #latestSinceMs: number | undefined;
  /** Whether the stream began with events older than `#latestSinceMs`. */
  #passesOver: boolean;
  /** When the stream was last opened at `latest` again: that is a later position than the first time. */
  #reopenedAtMs: number | undefined;

  constructor(ports: FeedBeginningPorts, record: LeasedFeed, feed: Feed) {
    const { latestSinceMs, cursor, replay } = feed;
    this.#ports = ports;
    this.#record = record;
    this.#feed = feed;
    // A clock that was ahead at that time must not make new changes look old.
    this.#latestSinceMs =
      latestSinceMs === undefined ? undefined : Math.min(latestSinceMs, ports.clock.now());
    this.#passesOver = latestSinceMs !== undefined && (cursor !== undefined || replay === 'earliest');
  }

  /**
   * Returns where the next stream of a feed without a cursor starts. Call it before each opening, whether that succeeds
   * or not.
   */
  async start(replay: Feed['replay']): Promise<FeedStart> {
    if (replay === 'earliest') return { kind: 'earliest' };
    const nowMs = this.#ports.clock.now();
    if (this.#latestSinceMs === undefined) {
      await this.#record.setState({ state: 'starting', latestSinceMs: nowMs });
      this.#latestSinceMs = nowMs;
      return { kind: 'latest' };
    }
    if (isChangeTopic(this.#feed.topic)) {
      this.#passesOver = true;
      return { kind: 'earliest' };
    }
    this.#reopenedAtMs = nowMs;
    return { kind: 'latest' };
  }

  /** Makes the feed begin again, at what is new from now on. */
  forget(): void {
    this.#latestSinceMs = undefined;
    this.#passesOver = false;
    this.#reopenedAtMs = undefined;
  }

  /**
   * Returns the events of a frame. Events that are passed over, up to the first one that is not, keep their places so
   * that the cursor can pass them, but have no format, so that they are not routed. An event without a time from
   * Salesforce, or one that cannot be read, is never passed over. `endsAt` is the index of the first event of the
   * wanted time; infinite while there is none.
   */
  passOver(events: readonly FeedEvent[]): { readonly events: readonly FeedEvent[]; readonly endsAt: number } {
    if (this.#latestSinceMs === undefined || !this.#passesOver) return { events, endsAt: 0 };
    const beforeMs = this.#latestSinceMs - CLOCK_SKEW_MS;
    const found = events.findIndex((event) => (committedAtMs(event) ?? Number.NEGATIVE_INFINITY) >= beforeMs);
    const endsAt = found === -1 ? Number.POSITIVE_INFINITY : found;
    return {
      events: events.map((event, index) => {
        const { decoded } = event;
        const isOld = index < endsAt && decoded.kind === 'decoded' && decoded.committedAtMs !== undefined;
        return isOld ? { ...event, decoded: { ...decoded, json: undefined, avroJson: undefined } } : event;
      }),
      endsAt,
    };
  }

  /**
   * Called when the feed has a position and nothing older is left to pass over. Returns what to write together with
   * that position.
   */
  end(): { readonly reachesLatest: boolean; readonly gaps: readonly FeedGap[] } {
    if (this.#latestSinceMs === undefined) return { reachesLatest: false, gaps: [] };
    const gaps = this.#reopenedAtMs === undefined ? [] : [this.#gap(this.#latestSinceMs, this.#reopenedAtMs)];
    this.forget();
    return { reachesLatest: true, gaps };
  }

  #gap(fromMs: number, untilMs: number): FeedGap {
    const { clock, log } = this.#ports;
    log.write('FEED_GAP', {
      ...feedLogFields(this.#feed),
      reason: 'no-cursor',
      gapMs: untilMs - fromMs,
    });
    return {
      atMs: clock.now(),
      cursorAtMs: fromMs,
      message: `Events may have been missed between ${timeText(fromMs)} and ${timeText(untilMs)}: the stream ended before Salesforce had given a first position, and the next one began with what was new. Rewind to "earliest" to read them, with all else that Salesforce still has`,
    };
  }
}

function committedAtMs({ decoded }: FeedEvent): number | undefined {
  return decoded.kind === 'decoded' ? decoded.committedAtMs : undefined;
}
