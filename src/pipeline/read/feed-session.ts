import { setTimeout as sleep } from 'node:timers/promises';
import { sideBySide } from '../../base/side-by-side.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Feed, FeedGap, FeedLease, FeedState } from '../../domain/feeds/feed.ts';
import { countInHour } from '../../domain/feeds/feed-progress.ts';
import type {
  FeedFailure,
  FeedFrame,
  FeedSource,
  FeedStart,
  FeedStream,
} from '../../domain/feeds/feed-source.ts';
import type { FeedStateChange, FeedStore, HeldFeed } from '../../domain/feeds/feed-store.ts';
import type { SalesforceSubscription } from '../../domain/subscriptions/subscription.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import { ROUTING_TABLES_READ_AT_ONCE_MAX, type RoutingTables } from '../route/route.ts';
import { type AcceptPorts, acceptFrame, type FeedRoute } from './accept-frame.ts';
import type { FeedSubscriptions } from './feed-subscriptions.ts';
import {
  backoffMs,
  COME_BACK_MS,
  CURSOR_WRITE_AT_ONCE_EVENTS,
  CURSOR_WRITE_EVENTS,
  FAILURES_IN_SESSION_MAX,
  type FeedTiming,
} from './feed-timing.ts';
import { type RepairPorts, repairGaps } from './repair-gaps.ts';
import { skipBefore } from './skip-before.ts';

export interface FeedSessionPorts extends AcceptPorts, RepairPorts {
  readonly feeds: FeedStore;
  readonly feedSubscriptions: FeedSubscriptions;
  readonly routing: RoutingTables;
  readonly source: FeedSource;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * handed-over: the feed wants another worker at once, because the worker's time is up or because one that reads more feeds is to
 * have it; left: it is to be taken up later, or not at all; lost: another worker, or the owner, took the lease.
 */
export type SessionEnding = 'handed-over' | 'left' | 'lost';

/**
 * A stream that has been asked for events gives what there is at once. When nothing has come for so long, there was nothing:
 * longer than an answer from another continent takes, shorter than the pauses of any topic but the busiest.
 */
const QUIET_MS = 1_000;

/** Accepted, but not yet written. */
interface Progress {
  readonly cursor: string;
  readonly acceptedCount: number;
  readonly lastEventAtMs?: number | undefined;
  readonly skipEnded?: boolean;
  readonly gaps: readonly FeedGap[];
}

/**
 * One worker's time with one feed. What binds: the cursor moves only over events that are durably accepted; every write
 * names the lease; who has lost the lease writes nothing more. In one file, because all of it turns on the same few facts: the
 * cursor, the lease, and whether the session is to end.
 */
export class FeedSession {
  readonly #ports: FeedSessionPorts;
  readonly #timing: FeedTiming;
  readonly #lease: FeedLease;
  #feed: Feed;
  /** The state as others see it. */
  #shownState: FeedState;
  /** The last cursor that was accepted; where a stream that breaks is taken up. */
  #cursor: string | undefined;
  #progress: Progress | undefined;
  #writtenAtMs = 0;
  #writing: Promise<void> = Promise.resolve();
  #writeTimer: NodeJS.Timeout | undefined;
  /** Of the timer, by the process's own clock. */
  #writeDueAtMs = 0;
  #stream: FeedStream | undefined;
  /** Why a stream that was open was closed: its authorization no longer holds. */
  #revoked: FeedFailure | undefined;
  /** Aborted when the session is to end, for whatever reason. */
  readonly #stopping = new AbortController();
  #ending: SessionEnding = 'left';
  #failuresInRow = 0;
  #refusalsInRow = 0;
  #acceptedCount = 0;
  #hourly: NonNullable<Feed['hourly']>;
  /** Events came since Salesforce last said that there is nothing more. */
  #isBusy: boolean;
  #isUnsettled = false;
  /** When everything that there was had been accepted, as far as is known, and whether that is so now. */
  #caughtUpAtMs: number | undefined;
  #isCaughtUp: boolean;

  constructor(ports: FeedSessionPorts, held: HeldFeed, timing: FeedTiming) {
    this.#ports = ports;
    this.#timing = timing;
    this.#lease = held.lease;
    this.#feed = held.feed;
    this.#shownState = held.feed.state;
    this.#cursor = held.feed.cursor;
    this.#hourly = held.feed.hourly ?? [];
    // What the last worker wrote need not be written again only because this one takes over.
    this.#writtenAtMs = held.feed.cursorAtMs ?? 0;
    this.#caughtUpAtMs = held.feed.caughtUpAtMs;
    this.#isCaughtUp = held.feed.isCaughtUp ?? false;
    this.#isBusy = !this.#isCaughtUp;
  }

  get lease(): FeedLease {
    return this.#lease;
  }

  /** As of now, if the feed is caught up: for the record when nobody reads it any more. */
  get caughtUpAtMs(): number | undefined {
    return this.#isCaughtUp ? this.#ports.clock.now() : this.#caughtUpAtMs;
  }

  /** Whether another can go on where this one stops: not while a feed that starts with what comes next has no place yet. */
  get canMove(): boolean {
    return this.#cursor !== undefined || this.#feed.replay === 'earliest';
  }

  /** It failed, and could not say so: its feed looks as if it were well. */
  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /**
   * Works until the feed fails for longer, the lease is lost, or `stop` is called. Does not release the lease. Never throws.
   */
  async run(): Promise<SessionEnding> {
    const { log } = this.#ports;
    const startedAtMs = this.#ports.clock.now();
    const { cursorAtMs } = this.#feed;
    log.write('FEED_STARTED', {
      ...this.#logFields(),
      cursor: this.#cursor !== undefined,
      cursorAgeMs: cursorAtMs === undefined ? undefined : startedAtMs - cursorAtMs,
    });
    try {
      await this.#work();
    } catch (error) {
      await this.#leaveAfterError(error);
    }
    this.#stream?.close();
    await this.#finish();
    const endedAtMs = this.#ports.clock.now();
    const { caughtUpAtMs } = this;
    log.write('FEED_ENDED', {
      ...this.#logFields(),
      ending: this.#ending,
      accepted: this.#acceptedCount,
      lagMs: caughtUpAtMs === undefined ? undefined : endedAtMs - caughtUpAtMs,
      durationMs: endedAtMs - startedAtMs,
    });
    return this.#ending;
  }

  /** Ends the session after the frame at hand. Safe to repeat. */
  stop(ending: SessionEnding): void {
    if (this.#stopping.signal.aborted) return;
    this.#ending = ending;
    this.#stopping.abort();
    this.#stream?.close();
  }

  /** The lease is no longer held: ends at once, and writes nothing more. */
  lose(): void {
    if (this.#hasLost) return;
    this.#ports.log.write('FEED_LEASE_LOST', this.#logFields());
    this.stop('lost');
    this.#ending = 'lost';
  }

  /** A stream that is open outlives its authorization; people should not have to wait for its end to hear of it. */
  async check(): Promise<void> {
    const stream = this.#stream;
    try {
      const failure = await stream?.check();
      if (failure === undefined || stream !== this.#stream) return;
      this.#revoked = failure;
      stream?.close();
    } catch (error) {
      // The stream is open all the same, and the next check comes soon.
      this.#ports.log.write('FEED_FAILED', {
        ...this.#logFields(),
        reason: 'authorization-not-checked',
        ...describeError(error),
      });
    }
  }

  get #hasLost(): boolean {
    return this.#ending === 'lost';
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #work(): Promise<void> {
    const { state, notBeforeMs } = this.#feed;
    if (state === 'paused' || state === 'stopped') return;
    if (notBeforeMs !== undefined && notBeforeMs > this.#ports.clock.now()) return;
    while (!this.#stopped) {
      if ((await this.#readers()).length === 0) {
        const message = 'No subscription reads this topic, or all of them are paused';
        await this.#leave('waiting', { id: 'no-subscription', message }, COME_BACK_MS.unwanted);
        return;
      }
      const opened = await this.#ports.source.open(this.#feed, this.#start());
      const failure = opened.kind === 'open' ? await this.#read(opened.stream) : opened.failure;
      if (failure !== undefined && !this.#stopped) await this.#meet(failure);
    }
  }

  #start(): FeedStart {
    return this.#cursor === undefined
      ? { kind: this.#feed.replay }
      : { kind: 'cursor', cursor: this.#cursor };
  }

  /** Takes frames until the stream fails; undefined when the session is to stop, or nobody wants the events. */
  async #read(stream: FeedStream): Promise<FeedFailure | undefined> {
    this.#stream = stream;
    this.#revoked = undefined;
    if (this.#stopped) stream.close();
    let isFirst = true;
    try {
      for (;;) {
        const waitsSinceMs = performance.now();
        const next = await stream.next();
        // The first one takes as long as it takes to open the stream.
        const wasQuiet = !isFirst && performance.now() - waitsSinceMs >= QUIET_MS;
        isFirst = false;
        // Frames that were received before the stop are not accepted yet: whoever comes next reads them again.
        if (this.#stopped) return undefined;
        if (next.kind === 'closed') return this.#revoked;
        if (next.kind === 'failed') return next.failure;
        // Asked when the frame is there: it may have been waited for long.
        const readers = await this.#readers();
        // Nobody would get the events, and the cursor must not move over them.
        if (readers.length === 0) return undefined;
        if (next.eventCount > 0) this.#fallBehind(wasQuiet);
        const failure = next.eventCount === 0 ? this.#acceptNone(next) : await this.#accept(next, readers);
        if (failure !== undefined) return failure;
        stream.request(next.eventCount);
      }
    } finally {
      this.#stream = undefined;
      stream.close();
    }
  }

  /** From now on there may be what is not accepted; until now there was nothing, if that is known. */
  #fallBehind(wasQuiet = false): void {
    if (this.#isCaughtUp || wasQuiet) this.#caughtUpAtMs = this.#ports.clock.now();
    this.#isCaughtUp = false;
  }

  /** Salesforce has nothing more to give: what a rewind was to pass over is behind. */
  #acceptNone({ cursor }: FeedFrame): undefined {
    this.#failuresInRow = 0;
    const skipEnded = this.#endSkip(this.#feed.skipBeforeMs !== undefined);
    this.#caughtUpAtMs = this.#ports.clock.now();
    this.#isCaughtUp = true;
    if (cursor !== undefined) this.#advance({ cursor, acceptedCount: 0, skipEnded, gaps: [] });
  }

  async #accept(
    frame: FeedFrame,
    readers: readonly SalesforceSubscription[],
  ): Promise<FeedFailure | undefined> {
    const routes = await this.#routes(readers);
    const decoded = await frame.decode(new Set(readers.map(({ format }) => format)));
    // It may have taken long: whoever comes next reads the frame again.
    if (this.#stopped) return undefined;
    if (decoded.kind === 'failed') return decoded.failure;
    this.#failuresInRow = 0;
    const received = decoded.events;
    const { skipBeforeMs } = this.#feed;
    const skip = skipBefore(received, skipBeforeMs);
    const events = await repairGaps(
      this.#ports,
      this.#feed,
      skip.events,
      routes.some(({ repair }) => repair === true),
      this.#stopping.signal,
    );
    // A repair that was cut short is none: whoever comes next reads the frame again.
    if (this.#stopped && events !== skip.events) return undefined;
    const accepted = await acceptFrame(
      this.#ports,
      this.#feed,
      events,
      routes,
      this.#timing.refusedRetryDelaysMs,
      this.#stopping.signal,
    );
    const last = received[accepted.count - 1];
    if (last !== undefined) {
      this.#refusalsInRow = 0;
      this.#advance({
        cursor: last.cursor,
        acceptedCount: accepted.count,
        lastEventAtMs: last.decoded.kind === 'decoded' ? last.decoded.atMs : undefined,
        skipEnded: this.#endSkip(accepted.count > skip.endsAt),
        gaps: accepted.gaps,
      });
    }
    if (accepted.count === received.length) return undefined;
    this.#refusalsInRow += 1;
    return {
      kind: 'retry',
      id: 'queue-refused',
      message: `The delivery queue does not take events at the moment: ${accepted.refusal ?? 'no reason given'}`,
    };
  }

  /** The cursor may be written: at once if nobody can see yet that the feed is well, else with others to come. */
  #advance(progress: Progress): void {
    const { cursor, acceptedCount, skipEnded = false } = progress;
    this.#cursor = cursor;
    this.#acceptedCount += acceptedCount;
    this.#hourly = countInHour(this.#hourly, this.#ports.clock.now(), acceptedCount);
    this.#progress = this.#progress === undefined ? progress : together(this.#progress, progress);
    // The first word that there is nothing more is news: by it people see that the feed is not behind.
    const isNews = acceptedCount > 0 || this.#isBusy;
    this.#isBusy = acceptedCount > 0;
    const { cursorWriteMs, cursorHeldMs, idleCursorWriteMs } = this.#timing;
    const unwritten = this.#progress.acceptedCount;
    let everyMs = isNews ? cursorHeldMs : idleCursorWriteMs;
    if (unwritten >= CURSOR_WRITE_EVENTS) everyMs = cursorWriteMs;
    if (unwritten >= CURSOR_WRITE_AT_ONCE_EVENTS) everyMs = 0;
    // A clock that was set back must not make it wait for longer.
    const inMs = Math.min(everyMs, this.#writtenAtMs + everyMs - this.#ports.clock.now());
    if (this.#shownState !== 'active' || skipEnded || inMs <= 0) this.#write();
    else if (isNews) this.#writeIn(inMs);
  }

  #writeIn(ms: number): void {
    const dueAtMs = performance.now() + ms;
    if (this.#writeTimer !== undefined && this.#writeDueAtMs <= dueAtMs) return;
    clearTimeout(this.#writeTimer);
    this.#writeDueAtMs = dueAtMs;
    this.#writeTimer = setTimeout(() => this.#write(), ms);
  }

  /** Answers whether it ended the passing over of events; only that of the feed's record outlives the session. */
  #endSkip(ends: boolean): boolean {
    if (ends) this.#feed = { ...this.#feed, skipBeforeMs: undefined };
    return ends;
  }

  /** Writes follow one another; each takes along what has gathered. */
  #write(): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    this.#writtenAtMs = this.#ports.clock.now();
    this.#writing = this.#writing.then(() => this.#writeProgress());
  }

  async #writeProgress(): Promise<void> {
    const progress = this.#progress;
    if (progress === undefined || this.#hasLost) return;
    this.#progress = undefined;
    const { feeds, clock } = this.#ports;
    let unwritten = progress;
    try {
      // Before the cursor: a worker that dies in between says it twice rather than never.
      for (const [index, gap] of progress.gaps.entries()) {
        await this.#setState({ state: this.#shownState, gap });
        unwritten = { ...progress, gaps: progress.gaps.slice(index + 1) };
      }
      if (this.#hasLost) return;
      const moved = await feeds.moveCursor(this.#lease, {
        cursor: progress.cursor,
        acceptedCount: progress.acceptedCount,
        lastEventAtMs: progress.lastEventAtMs,
        hourly: this.#hourly,
        skipEnded: progress.skipEnded === true,
        caughtUpAtMs: this.caughtUpAtMs,
        isCaughtUp: this.#isCaughtUp,
        atMs: clock.now(),
      });
      if (moved === 'lost') {
        this.lose();
        return;
      }
      this.#shownState = 'active';
    } catch (error) {
      // The events are accepted all the same: later progress takes these along.
      this.#progress = together(unwritten, this.#progress);
      this.#writeIn(this.#timing.retryMs);
      this.#logFailure('cursor-not-written', error);
    }
  }

  /** What a failure makes of the session: another try, or its end. */
  async #meet(failure: FeedFailure): Promise<void> {
    this.#failuresInRow += 1;
    this.#fallBehind();
    this.#ports.log.write('FEED_FAILED', {
      ...this.#logFields(),
      reason: failure.id,
      kind: failure.kind,
      failuresInRow: this.#failuresInRow,
      error: failure.message,
    });
    switch (failure.kind) {
      case 'reauth':
      case 'retry':
        await this.#tryAgain(failure);
        break;
      case 'slow-down':
      case 'quota':
      case 'authorization':
        await this.#leave('waiting', failure, COME_BACK_MS[failure.kind]);
        break;
      case 'cursor-invalid':
        await this.#loseCursor(failure);
        break;
      case 'fatal':
        await this.#leave('stopped', failure);
        break;
      default:
        unreachable(failure.kind);
    }
  }

  async #tryAgain(failure: FeedFailure): Promise<void> {
    const inRow = Math.max(this.#failuresInRow, this.#refusalsInRow);
    if (failure.id === 'queue-refused' && inRow > 1) {
      await this.#leave('waiting', failure, COME_BACK_MS.refused);
      return;
    }
    if (inRow >= FAILURES_IN_SESSION_MAX) {
      await this.#leave('waiting', failure, COME_BACK_MS.retry);
      return;
    }
    // One failure is everyday; from the second on people may want to know.
    if (inRow > 1) await this.#setState({ state: 'waiting', reason: this.#reason(failure) });
    // A new token is at hand at once; only the second refusal in a row is worth a wait.
    if (failure.kind === 'reauth' && inRow === 1) return;
    await this.#pause(backoffMs(inRow, this.#timing.retryMs, this.#ports.random()));
  }

  async #loseCursor(failure: FeedFailure): Promise<void> {
    const { clock, log } = this.#ports;
    const cursor = this.#cursor;
    if (cursor === undefined) {
      await this.#tryAgain(failure);
      return;
    }
    await this.#flush();
    const policy = this.#feed.onInvalidCursor;
    const atMs = clock.now();
    const outcome = {
      earliest: 'The feed goes on with the earliest event that Salesforce still has',
      latest: 'The feed goes on with what comes from now on',
      stop: 'The feed has stopped, as it was told to. Rewind it to "earliest" or "latest" to go on',
    }[policy];
    const gap = {
      atMs,
      cursor,
      cursorAtMs: this.#feed.cursorAtMs ?? atMs,
      message: `Events may have been missed: ${failure.message} ${outcome}`,
    };
    log.write('FEED_GAP', { ...this.#logFields(), policy, reason: failure.id });
    if (policy === 'stop') {
      await this.#setState({
        state: 'stopped',
        reason: { id: failure.id, message: `${failure.message} ${outcome}`, atMs },
        gap,
      });
      this.stop('left');
      return;
    }
    await this.#setState({ state: 'starting', cursor: null, replay: policy, gap });
    this.#cursor = undefined;
    this.#feed = { ...this.#feed, replay: policy };
  }

  async #leave(
    state: 'waiting' | 'stopped',
    failure: { readonly id: string; readonly message: string },
    comeBackMs?: number,
  ): Promise<void> {
    await this.#flush();
    const nowMs = this.#ports.clock.now();
    await this.#setState({
      state,
      reason: this.#reason(failure),
      // Jitter, so that the feeds of one org do not come back in step.
      notBeforeMs:
        comeBackMs === undefined
          ? undefined
          : Math.round(nowMs + comeBackMs * (1 + this.#ports.random() / 4)),
    });
    this.stop('left');
  }

  /** A store of ours failed, or there is a bug: the feed is tried again later, from what is accepted. */
  async #leaveAfterError(error: unknown): Promise<void> {
    this.#ports.log.write('FEED_SESSION_FAILED', { ...this.#logFields(), ...describeError(error) });
    try {
      await this.#leave(
        'waiting',
        {
          id: 'internal-error',
          message: 'The worker met an unexpected error (see its log); it will be tried again',
        },
        COME_BACK_MS.refused,
      );
    } catch (stateError) {
      // The store is down: the feed keeps its state, and whoever takes it up next goes on at its cursor.
      this.#logFailure('state-not-written', stateError);
      this.#isUnsettled = true;
      this.stop('left');
    }
  }

  #reason(failure: { readonly id: string; readonly message: string }): NonNullable<Feed['reason']> {
    return { id: failure.id, message: failure.message, atMs: this.#ports.clock.now() };
  }

  async #setState(change: FeedStateChange): Promise<void> {
    if (this.#hasLost) return;
    const { caughtUpAtMs } = this;
    const set = await this.#ports.feeds.setState(this.#feed.id, { ...change, caughtUpAtMs }, this.#lease);
    if (set === 'set') this.#shownState = change.state;
    else this.lose();
  }

  #logFailure(reason: string, error: unknown): void {
    this.#ports.log.write('FEED_FAILED', { ...this.#logFields(), reason, ...describeError(error) });
  }

  async #flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  async #finish(): Promise<void> {
    // A place that only keepalives moved is written in its own time: whoever comes next is told of it again.
    const { acceptedCount = 0, skipEnded = false, gaps = [] } = this.#progress ?? {};
    if (!this.#hasLost && (acceptedCount > 0 || skipEnded || gaps.length > 0)) this.#write();
    await this.#writing;
    clearTimeout(this.#writeTimer);
  }

  async #pause(ms: number): Promise<void> {
    // A stop cuts it short; it is no error.
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #readers(): Promise<readonly SalesforceSubscription[]> {
    return this.#ports.feedSubscriptions.of(this.#feed.appId, this.#feed.id);
  }

  async #routes(readers: readonly SalesforceSubscription[]): Promise<readonly FeedRoute[]> {
    return sideBySide(readers, ROUTING_TABLES_READ_AT_ONCE_MAX, async ({ id, format, repair }) => ({
      table: await this.#ports.routing.forSubscription(this.#feed.appId, id),
      format,
      repair,
    }));
  }

  #logFields() {
    return { appId: this.#feed.appId, feedId: this.#feed.id, topic: this.#feed.topic };
  }
}

function together(earlier: Progress, later: Progress | undefined): Progress {
  if (later === undefined) return earlier;
  return {
    cursor: later.cursor,
    acceptedCount: earlier.acceptedCount + later.acceptedCount,
    lastEventAtMs: later.lastEventAtMs ?? earlier.lastEventAtMs,
    skipEnded: earlier.skipEnded === true || later.skipEnded === true,
    gaps: [...earlier.gaps, ...later.gaps],
  };
}
