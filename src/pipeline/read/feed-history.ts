import type { Clock } from '../../base/clock.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedPositionStore } from '../../domain/feeds/feed-position-store.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import { feedLogFields } from './feed-log-fields.ts';
import type { FeedTiming } from './feed-timing.ts';

export interface FeedHistoryPorts {
  readonly feedPositions: FeedPositionStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Writes the history of a feed's positions, for rewinds to a time: the first cursor written in each five minutes of the
 * wall clock. So the time of the last cursor tells whether a position is due, to the next session as well, and a clock
 * that was set back writes no position with too early a time.
 */
export class FeedHistory {
  readonly #ports: FeedHistoryPorts;
  readonly #feed: Feed;
  readonly #positionMs: number;
  #lastStep: number;

  constructor(ports: FeedHistoryPorts, feed: Feed, timing: Pick<FeedTiming, 'positionMs'>) {
    this.#ports = ports;
    this.#feed = feed;
    this.#positionMs = timing.positionMs;
    this.#lastStep = this.#stepOf(feed.cursorAtMs ?? 0);
  }

  /**
   * Called after the cursor has been written. Never rejects: the next cursor makes up for a position that could not be
   * written.
   */
  async note(cursor: string): Promise<void> {
    const { feedPositions, clock, log } = this.#ports;
    const atMs = clock.now();
    const step = this.#stepOf(atMs);
    if (step <= this.#lastStep) return;
    try {
      await feedPositions.put({ feedId: this.#feed.id, cursor, atMs });
      this.#lastStep = step;
    } catch (error) {
      // Without this position a rewind starts earlier and reads more.
      log.write('FEED_FAILED', {
        ...feedLogFields(this.#feed),
        reason: 'position-not-written',
        ...describeError(error),
      });
    }
  }

  #stepOf(ms: number): number {
    return Math.floor(ms / this.#positionMs);
  }
}
