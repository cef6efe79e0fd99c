import type { Timer, Timers } from '../../base/timers.ts';
import type { Feed, FeedGap } from '../../domain/feeds/feed.ts';
import { countInHour } from '../../domain/feeds/feed-progress.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { FeedHistory, type FeedHistoryPorts } from './feed-history.ts';
import { feedLogFields } from './feed-log-fields.ts';
import type { FeedTiming } from './feed-timing.ts';
import type { LeasedFeed } from './leased-feed.ts';

export interface CursorWriterPorts extends FeedHistoryPorts {
  readonly timers: Timers;
}

/** The progress that one or more frames made. Everything in it is durably accepted. */
export interface FeedAdvance {
  /** Events up to this cursor are accepted. */
  readonly cursor: string;
  readonly acceptedCount: number;
  readonly lastEventAtMs?: number | undefined;
  /** See `FeedProgress`. */
  readonly reachesLatest: boolean;
  readonly gaps: readonly FeedGap[];
}

/**
 * Fewer events than this wait `cursorHeldMs` for more to come. The largest allocation without an add-on, evenly spread
 * over a day, then comes to one write every five seconds.
 */
export const CURSOR_WRITE_EVENTS = 5;
/**
 * This many events do not wait: a kill in the middle of a rush repeats little more than these, at the cost of a write
 * every 25 events.
 */
export const CURSOR_WRITE_AT_ONCE_EVENTS = 25;

/**
 * Decides when an accepted cursor is written, and writes it. A write costs money; if the worker is killed, an unwritten
 * cursor costs a repeat of the events after it.
 */
export class FeedCursorWriter {
  readonly #ports: CursorWriterPorts;
  readonly #feed: Feed;
  readonly #record: LeasedFeed;
  readonly #history: FeedHistory;
  readonly #timing: FeedTiming;
  #hourly: NonNullable<Feed['hourly']>;
  #unwritten: FeedAdvance | undefined;
  /** Measured by the wall clock. */
  #writtenAtMs: number;
  #writing: Promise<void> = Promise.resolve();
  #due: { readonly timer: Timer; readonly atElapsedMs: number } | undefined;
  /** Whether events came since the source last reported that it had nothing more. */
  #isBusy: boolean;

  constructor(ports: CursorWriterPorts, record: LeasedFeed, feed: Feed, timing: FeedTiming) {
    this.#ports = ports;
    this.#record = record;
    this.#history = new FeedHistory(ports, feed, timing);
    this.#feed = feed;
    this.#timing = timing;
    this.#hourly = feed.hourly ?? [];
    // What the previous worker wrote need not be written again only because this one takes over.
    this.#writtenAtMs = feed.cursorAtMs ?? 0;
    this.#isBusy = feed.isCaughtUp !== true;
  }

  /**
   * Writes the cursor at once if the record does not yet show that the feed is well; otherwise later, with what
   * follows.
   */
  advance(advance: FeedAdvance): void {
    const { acceptedCount, reachesLatest } = advance;
    const nowMs = this.#ports.clock.now();
    this.#hourly = countInHour(this.#hourly, nowMs, acceptedCount);
    this.#unwritten = merge(this.#unwritten, advance);
    // The first frame that says that there is nothing more is news: it shows that the feed is not behind.
    const isNews = acceptedCount > 0 || this.#isBusy;
    this.#isBusy = acceptedCount > 0;
    const everyMs = this.#intervalMs(isNews, this.#unwritten.acceptedCount);
    // A wall clock that was set back must not lengthen the wait.
    const inMs = Math.min(everyMs, this.#writtenAtMs + everyMs - nowMs);
    if (this.#record.state !== 'active' || reachesLatest || inMs <= 0) this.#write();
    // A position that only keepalives moved waits until one of them finds that its time has come.
    else if (isNews) this.#writeIn(inMs);
  }

  /** Writes what has not been written yet. Never rejects: what cannot be written now is written with what follows. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  /**
   * As `flush`, for the end of a session. Does not write a position that only keepalives moved: the next session
   * receives it again.
   */
  async close(): Promise<void> {
    const { acceptedCount = 0, reachesLatest = false, gaps = [] } = this.#unwritten ?? {};
    if (acceptedCount > 0 || reachesLatest || gaps.length > 0) this.#write();
    await this.#writing;
    this.#cancelTimer();
  }

  #intervalMs(isNews: boolean, unwrittenEvents: number): number {
    const { cursorWriteMs, cursorHeldMs, idleCursorWriteMs } = this.#timing;
    if (unwrittenEvents >= CURSOR_WRITE_AT_ONCE_EVENTS) return 0;
    if (unwrittenEvents >= CURSOR_WRITE_EVENTS) return cursorWriteMs;
    return isNews ? cursorHeldMs : idleCursorWriteMs;
  }

  #writeIn(ms: number): void {
    const { timers } = this.#ports;
    const atElapsedMs = timers.elapsedMs() + ms;
    if (this.#due !== undefined && this.#due.atElapsedMs <= atElapsedMs) return;
    this.#cancelTimer();
    this.#due = { timer: timers.after(ms, () => this.#write()), atElapsedMs };
  }

  #cancelTimer(): void {
    this.#due?.timer.cancel();
    this.#due = undefined;
  }

  /** Writes run one after the other; each includes what has gathered by then. */
  #write(): void {
    this.#cancelTimer();
    this.#writtenAtMs = this.#ports.clock.now();
    this.#writing = this.#writing.then(() => this.#writeAdvance());
  }

  async #writeAdvance(): Promise<void> {
    const advance = this.#unwritten;
    if (advance === undefined) return;
    this.#unwritten = undefined;
    const { cursor, acceptedCount, lastEventAtMs, reachesLatest } = advance;
    let left = advance;
    try {
      // Gaps are written before the cursor: a worker that dies in between records them twice rather than never.
      for (const [index, gap] of advance.gaps.entries()) {
        await this.#record.setState({ state: this.#record.state, gap });
        left = { ...advance, gaps: advance.gaps.slice(index + 1) };
      }
      await this.#record.moveCursor({
        cursor,
        acceptedCount,
        lastEventAtMs,
        hourly: this.#hourly,
        reachesLatest,
      });
      if (!this.#record.isLost) await this.#history.note(cursor);
    } catch (error) {
      // The events are accepted all the same: the next write includes this progress.
      this.#unwritten = this.#unwritten === undefined ? left : merge(left, this.#unwritten);
      this.#writeIn(this.#timing.retryMs);
      this.#ports.log.write('FEED_FAILED', {
        ...feedLogFields(this.#feed),
        reason: 'cursor-not-written',
        ...describeError(error),
      });
    }
  }
}

function merge(earlier: FeedAdvance | undefined, later: FeedAdvance): FeedAdvance {
  if (earlier === undefined) return later;
  return {
    cursor: later.cursor,
    acceptedCount: earlier.acceptedCount + later.acceptedCount,
    lastEventAtMs: later.lastEventAtMs ?? earlier.lastEventAtMs,
    reachesLatest: earlier.reachesLatest || later.reachesLatest,
    gaps: [...earlier.gaps, ...later.gaps],
  };
}
