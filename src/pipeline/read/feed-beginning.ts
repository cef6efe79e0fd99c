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

/** Salesforce's clock and ours may differ by this much: a change of a little before comes along rather than is missed. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Knows where a feed begins that has no cursor yet. Salesforce gives the first cursor with the first event or keepalive, up to
 * 270 s after the stream was opened; a stream that ends before that leaves no place to go on from, and `latest` would be a later
 * place each time. So the record says since when the feed has wanted what is new, and whoever opens the next stream makes up for
 * it. Changes are read again from the earliest on, and those that Salesforce committed before that time are passed over.
 * Platform events have no time that could be relied on: a possible gap is recorded, once, when its end is known.
 */
export class FeedBeginning {
  readonly #ports: FeedBeginningPorts;
  readonly #record: LeasedFeed;
  readonly #feed: Feed;
  /** See `Feed`. */
  #latestSinceMs: number | undefined;
  /** Whether the stream began with events older than that. */
  #passesOver: boolean;
  /** When the stream was opened that began at a later event than the first one did. */
  #reopenedAtMs: number | undefined;

  constructor(ports: FeedBeginningPorts, record: LeasedFeed, feed: Feed) {
    const { latestSinceMs, cursor, replay } = feed;
    this.#ports = ports;
    this.#record = record;
    this.#feed = feed;
    // A clock that was ahead then must not make new changes look old.
    this.#latestSinceMs =
      latestSinceMs === undefined ? undefined : Math.min(latestSinceMs, ports.clock.now());
    this.#passesOver = latestSinceMs !== undefined && (cursor !== undefined || replay === 'earliest');
  }

  /** Where the next stream of a feed without a cursor is to start. To be asked before each opening, whether it succeeds or not. */
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

  /** The feed is to begin anew, at what is new from now on. */
  forget(): void {
    this.#latestSinceMs = undefined;
    this.#passesOver = false;
    this.#reopenedAtMs = undefined;
  }

  /**
   * The events of a frame. Those that are passed over, up to the first one that is not, keep their places so that the cursor can
   * pass them, but are in no format, so that they go nowhere. An event that has no time of Salesforce's, or cannot be read, is
   * never passed over. `endsAt` is the index of the first event of the time wanted; infinite while there is none.
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

  /** The feed has a place, and nothing older is left to pass over. Answers what is to be written with that place. */
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
