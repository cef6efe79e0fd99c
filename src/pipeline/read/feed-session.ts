import { sideBySide } from '../../base/side-by-side.ts';
import type { Timers } from '../../base/timers.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Announcements } from '../../domain/announcements/announcement.ts';
import { isWanted } from '../../domain/feeds/change-feed.ts';
import { type Feed, type FeedLease, isChangeTopic, NO_STREAM } from '../../domain/feeds/feed.ts';
import type { FeedPositionStore } from '../../domain/feeds/feed-position-store.ts';
import type {
  FeedEvent,
  FeedFailure,
  FeedFrame,
  FeedSource,
  FeedStart,
  FeedStream,
} from '../../domain/feeds/feed-source.ts';
import type { FeedStateChange, FeedStore, HeldFeed } from '../../domain/feeds/feed-store.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { SalesforceSubscription } from '../../domain/subscriptions/subscription.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import { ROUTING_TABLES_READ_AT_ONCE_MAX, type RoutingTables } from '../route/route.ts';
import { type AcceptPorts, acceptFrame, type FeedRoute } from './accept-frame.ts';
import { FeedBeginning } from './feed-beginning.ts';
import { FeedCatchUp } from './feed-catch-up.ts';
import { type FeedAdvance, FeedCursorWriter } from './feed-cursor-writer.ts';
import { planAfterFailure, type SessionFailure } from './feed-failures.ts';
import { feedLogFields } from './feed-log-fields.ts';
import type { FeedSubscriptions } from './feed-subscriptions.ts';
import type { FeedTiming } from './feed-timing.ts';
import { LeasedFeed } from './leased-feed.ts';
import { type RepairPorts, repairGaps } from './repair-gaps.ts';

export interface FeedSessionPorts extends AcceptPorts, RepairPorts {
  readonly feeds: FeedStore;
  readonly feedPositions: FeedPositionStore;
  readonly feedSubscriptions: FeedSubscriptions;
  readonly routing: RoutingTables;
  readonly streams: Pick<StreamStore, 'listOfSubscription'>;
  readonly source: FeedSource;
  readonly announcements: Announcements;
  readonly timers: Timers;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * handed-over: the feed wants another worker at once, because this one's time is up or a worker with more feeds takes
 * it over; left: the feed is read later, or not at all; lost: another worker, or the owner, ended the lease.
 */
export type SessionEnding = 'handed-over' | 'left' | 'lost';

/**
 * After a request for events, a stream sends at once those it has. If none came for this long, there were none: it is
 * longer than an answer from another continent takes, and shorter than the pauses of any but the busiest topic.
 */
export const QUIET_MS = 1_000;
/**
 * Salesforce ends a Subscribe that it refuses within seconds, and one that works may stay silent for 270 s: after this
 * time the record shows that the feed is well again.
 */
export const SHOWN_WELL_AFTER_MS = 5_000;
/**
 * A stream that lasts this long ends the earlier failures; a gateway that ends each stream after half a minute must not
 * hide them.
 */
export const FAILURES_END_AFTER_MS = 60_000;

/**
 * One worker's session with one feed: opens streams, and accepts one frame after the other. What must stay true: the
 * cursor moves only past events that are durably accepted, and after the lease is lost nothing is written.
 */
export class FeedSession {
  readonly #ports: FeedSessionPorts;
  readonly #timing: FeedTiming;
  readonly #record: LeasedFeed;
  readonly #catchUp: FeedCatchUp;
  readonly #beginning: FeedBeginning;
  readonly #writer: FeedCursorWriter;
  #feed: Feed;
  /** The last accepted cursor: the next stream starts after it. */
  #cursor: string | undefined;
  #stream: FeedStream | undefined;
  /** Why we closed an open stream: its authorization no longer holds. */
  #revoked: FeedFailure | undefined;
  /** Aborted when the session has to end, for whatever reason. */
  readonly #stopping = new AbortController();
  #ending: SessionEnding = 'left';
  /** Counted since the source last gave a frame that could be decoded. */
  #failuresInRow = 0;
  /** Since when the feed has been failing, including sessions before this one. Measured by the wall clock. */
  #failingSinceMs: number | undefined;
  /** Counted since the queue last took an event. */
  #refusalsInRow = 0;
  #acceptedCount = 0;
  #isUnsettled = false;

  constructor(ports: FeedSessionPorts, held: HeldFeed, timing: FeedTiming) {
    this.#ports = ports;
    this.#timing = timing;
    this.#feed = held.feed;
    this.#cursor = held.feed.cursor;
    this.#failingSinceMs = held.feed.reason?.sinceMs;
    this.#catchUp = new FeedCatchUp(ports.clock, held.feed);
    this.#record = new LeasedFeed(ports, held, this.#catchUp, () => {
      ports.log.write('FEED_LEASE_LOST', feedLogFields(held.feed));
      this.stop('lost');
    });
    this.#beginning = new FeedBeginning(ports, this.#record, held.feed);
    this.#writer = new FeedCursorWriter(ports, this.#record, held.feed, timing);
  }

  get lease(): FeedLease {
    return this.#record.lease;
  }

  /** See `FeedCatchUp`. The record needs it when nobody reads the feed any more. */
  get caughtUpAtMs(): number | undefined {
    return this.#catchUp.caughtUpAtMs;
  }

  /**
   * Whether another worker can continue where this one stops: a feed that starts with the next event may have no
   * position yet.
   */
  get canMove(): boolean {
    return this.#cursor !== undefined || this.#feed.replay === 'earliest';
  }

  /** The session failed and could not record the failure: its feed looks well. */
  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** Reads until the feed has to wait, the lease is lost, or `stop` is called. Never rejects, and does not release the lease. */
  async run(): Promise<SessionEnding> {
    const { clock, log } = this.#ports;
    const startedAtMs = clock.now();
    const { cursorAtMs } = this.#feed;
    log.write('FEED_STARTED', {
      ...feedLogFields(this.#feed),
      cursor: this.#cursor !== undefined,
      cursorAgeMs: cursorAtMs === undefined ? undefined : startedAtMs - cursorAtMs,
    });
    try {
      await this.#readStreams();
    } catch (error) {
      await this.#leaveAfterError(error);
    }
    this.#stream?.close();
    await this.#writer.close();
    const ending = this.#record.isLost ? 'lost' : this.#ending;
    const endedAtMs = clock.now();
    const { caughtUpAtMs } = this;
    log.write('FEED_ENDED', {
      ...feedLogFields(this.#feed),
      ending,
      accepted: this.#acceptedCount,
      lagMs: caughtUpAtMs === undefined ? undefined : endedAtMs - caughtUpAtMs,
      durationMs: endedAtMs - startedAtMs,
    });
    return ending;
  }

  /** Ends the session after the current frame. Safe to repeat: the first ending counts, unless the lease is lost. */
  stop(ending: SessionEnding): void {
    if (this.#isStopping) return;
    this.#ending = ending;
    this.#stopping.abort();
    this.#stream?.close();
  }

  /** The lease is no longer held: ends the session at once, and writes nothing more. */
  lose(): void {
    this.#record.lose();
  }

  /**
   * Checks the authorization: an open stream outlives it, and people should not have to wait for the end of the stream
   * to hear that it no longer holds.
   */
  async check(): Promise<void> {
    const stream = this.#stream;
    try {
      const failure = await stream?.check();
      if (failure === undefined || stream !== this.#stream) return;
      this.#revoked = failure;
      stream?.close();
    } catch (error) {
      // The stream stays open, and the next check comes soon.
      this.#logFailure('authorization-not-checked', error);
    }
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #readStreams(): Promise<void> {
    if (!isWanted(this.#feed, this.#ports.clock.now())) return;
    while (!this.#isStopping) {
      const unread = await this.#whyUnread();
      if (unread !== undefined) {
        await this.#actOn(unread);
        return;
      }
      const opened = await this.#ports.source.open(this.#feed, await this.#start());
      const failure = opened.kind === 'open' ? await this.#read(opened.stream) : opened.failure;
      if (failure !== undefined && !this.#isStopping) await this.#fail(failure);
    }
  }

  /** Why nothing should be read now; undefined if something should. */
  async #whyUnread(): Promise<SessionFailure | undefined> {
    const readers = await this.#readers();
    if (readers.length === 0) {
      return {
        kind: 'no-reader',
        id: 'no-subscription',
        message: 'No subscription reads this topic, or all of them are paused',
      };
    }
    // Past events are read only once, so reading waits until they have somewhere to go.
    if (this.#cursor !== undefined || this.#feed.replay !== 'earliest') return undefined;
    const { appId } = this.#feed;
    for (const { id } of readers) {
      if ((await this.#ports.streams.listOfSubscription(appId, id)).length > 0) return undefined;
    }
    return {
      kind: 'no-reader',
      id: NO_STREAM,
      message:
        'The feed is to start at the earliest event, and waits for the first stream to give it to. Link the subscription to a publication',
    };
  }

  async #start(): Promise<FeedStart> {
    return this.#cursor === undefined
      ? this.#beginning.start(this.#feed.replay)
      : { kind: 'cursor', cursor: this.#cursor };
  }

  /**
   * Accepts frames until the stream fails. Undefined when the session has to stop, or nobody wants the events any more.
   */
  async #read(stream: FeedStream): Promise<SessionFailure | undefined> {
    const { timers } = this.#ports;
    this.#stream = stream;
    this.#revoked = undefined;
    if (this.#isStopping) stream.close();
    let standing: Promise<void> | undefined;
    const stands = [
      timers.after(SHOWN_WELL_AFTER_MS, () => {
        standing = this.#showStanding();
      }),
      timers.after(FAILURES_END_AFTER_MS, () => this.#endFailures()),
    ];
    let isFirst = true;
    try {
      for (;;) {
        const waitsSinceMs = timers.elapsedMs();
        const next = await stream.next();
        // The wait for the first frame includes the opening of the stream.
        const wasQuiet = !isFirst && timers.elapsedMs() - waitsSinceMs >= QUIET_MS;
        isFirst = false;
        // Frames that arrived before the stop are not accepted: the next session reads them again.
        if (this.#isStopping) return undefined;
        if (next.kind === 'closed') return this.#revoked;
        if (next.kind === 'failed') return next.failure;
        // The wait for the frame may have been long, so its readers are looked up only now.
        const readers = await this.#readers();
        // Nobody would get the events, and the cursor must not move past them.
        if (readers.length === 0) return undefined;
        if (next.eventCount === 0) {
          this.#acceptKeepalive(next);
        } else {
          this.#catchUp.fallBehind(wasQuiet);
          const failure = await this.#accept(next, readers);
          if (failure !== undefined) return failure;
        }
        stream.request(next.eventCount);
      }
    } finally {
      this.#stream = undefined;
      stream.close();
      for (const timer of stands) timer.cancel();
      await standing;
    }
  }

  /** Shows that the feed is well again. Never rejects: the next frame shows it as well. */
  async #showStanding(): Promise<void> {
    const state = this.#cursor === undefined ? 'starting' : 'active';
    if (this.#record.state === state) return;
    try {
      await this.#record.setState({ state });
    } catch (error) {
      this.#logFailure('state-not-written', error);
    }
  }

  #endFailures(): void {
    this.#failuresInRow = 0;
    this.#failingSinceMs = undefined;
  }

  /** A keepalive says that the source has nothing more. */
  #acceptKeepalive({ cursor }: FeedFrame): void {
    this.#endFailures();
    this.#catchUp.catchUp();
    if (cursor !== undefined) this.#advance({ cursor, acceptedCount: 0, ...this.#beginning.end() });
  }

  async #accept(
    frame: FeedFrame,
    readers: readonly SalesforceSubscription[],
  ): Promise<SessionFailure | undefined> {
    const { signal } = this.#stopping;
    const routes = await this.#routes(readers);
    const decoded = await frame.decode(new Set(readers.map(({ format }) => format)));
    // Decoding may have taken long: the next session reads the frame again.
    if (this.#isStopping) return undefined;
    if (decoded.kind === 'failed') return decoded.failure;
    this.#endFailures();
    const received = decoded.events;
    const passed = this.#beginning.passOver(received);
    const wantsRepair = routes.some(({ repair }) => repair === true);
    const events = await repairGaps(this.#ports, this.#feed, passed.events, wantsRepair, signal);
    // A repair that was cut short does not count: the next session reads the frame again.
    if (this.#isStopping && events !== passed.events) return undefined;
    const accepted = await acceptFrame(
      this.#ports,
      this.#feed,
      events,
      routes,
      this.#timing.refusedRetryDelaysMs,
      signal,
    );
    const last = received[accepted.count - 1];
    if (last !== undefined) {
      this.#refusalsInRow = 0;
      const ended = accepted.count > passed.endsAt ? this.#beginning.end() : undefined;
      this.#advance({
        cursor: last.cursor,
        acceptedCount: accepted.count,
        lastEventAtMs: shownTimeMs(this.#feed, last),
        reachesLatest: ended?.reachesLatest ?? false,
        gaps: [...(ended?.gaps ?? []), ...accepted.gaps],
      });
    }
    if (accepted.count === received.length) return undefined;
    this.#refusalsInRow += 1;
    return {
      kind: 'queue-refused',
      id: 'queue-refused',
      message: `The delivery queue does not take events at the moment: ${accepted.refusal ?? 'no reason given'}`,
    };
  }

  #advance(advance: FeedAdvance): void {
    this.#cursor = advance.cursor;
    this.#acceptedCount += advance.acceptedCount;
    this.#writer.advance(advance);
  }

  async #fail(failure: SessionFailure): Promise<void> {
    this.#failuresInRow += 1;
    const nowMs = this.#ports.clock.now();
    // A clock that was ahead when the feed began to fail must not make it seem to fail for ever.
    this.#failingSinceMs = Math.min(this.#failingSinceMs ?? nowMs, nowMs);
    this.#catchUp.fallBehind(false);
    this.#ports.log.write('FEED_FAILED', {
      ...feedLogFields(this.#feed),
      reason: failure.id,
      kind: failure.kind,
      failuresInRow: this.#failuresInRow,
      error: failure.message,
    });
    await this.#actOn(failure);
  }

  async #actOn(failure: SessionFailure): Promise<void> {
    const { clock, random, timers } = this.#ports;
    const nowMs = clock.now();
    const plan = planAfterFailure(
      failure.kind,
      {
        failuresInRow: this.#failuresInRow,
        failingForMs: nowMs - (this.#failingSinceMs ?? nowMs),
        refusalsInRow: this.#refusalsInRow,
        cursor: this.#cursor,
        onInvalidCursor: this.#feed.onInvalidCursor,
      },
      { firstRetryMs: this.#timing.retryMs, jitter: random() },
    );
    switch (plan.kind) {
      case 'retry':
        if (plan.isShown) await this.#record.setState({ state: 'waiting', reason: this.#reason(failure) });
        await timers.sleep(plan.afterMs, this.#stopping.signal);
        break;
      case 'wait':
        await this.#writer.flush();
        await this.#leave(failure, {
          state: 'waiting',
          notBeforeMs: Math.round(clock.now() + plan.forMs),
        });
        break;
      case 'stop':
        await this.#writer.flush();
        await this.#leave(failure, { state: 'stopped' });
        break;
      case 'gap':
        await this.#writer.flush();
        await this.#giveUpCursor(failure, plan.lostCursor, plan.next);
        break;
      default:
        unreachable(plan);
    }
  }

  async #leave(
    failure: Pick<SessionFailure, 'id' | 'message'>,
    change: Pick<FeedStateChange, 'state' | 'notBeforeMs' | 'gap'>,
  ): Promise<void> {
    await this.#record.setState({ ...change, reason: this.#reason(failure) });
    this.stop('left');
  }

  async #giveUpCursor(
    { id, message }: SessionFailure,
    cursor: string,
    next: Feed['onInvalidCursor'],
  ): Promise<void> {
    const outcome = {
      earliest: 'The feed goes on with the earliest event that Salesforce still has',
      latest: 'The feed goes on with what comes from now on',
      stop: 'The feed has stopped, as it was told to. Rewind it to "earliest" or "latest" to go on',
    }[next];
    const atMs = this.#ports.clock.now();
    const gap = {
      atMs,
      cursor,
      cursorAtMs: this.#feed.cursorAtMs ?? atMs,
      message: `Events may have been missed: ${message} ${outcome}`,
    };
    this.#ports.log.write('FEED_GAP', { ...feedLogFields(this.#feed), policy: next, reason: id });
    if (next === 'stop') {
      await this.#leave({ id, message: `${message} ${outcome}` }, { state: 'stopped', gap });
      return;
    }
    // Events that are new from now on are later than those that were new then.
    const latestSinceMs = next === 'latest' ? null : undefined;
    await this.#record.setState({ state: 'starting', cursor: null, replay: next, latestSinceMs, gap });
    if (next === 'latest') this.#beginning.forget();
    this.#cursor = undefined;
    this.#feed = { ...this.#feed, replay: next };
  }

  /** One of our stores failed, or there is a bug: another session retries from the accepted cursor. */
  async #leaveAfterError(error: unknown): Promise<void> {
    this.#ports.log.write('FEED_SESSION_FAILED', { ...feedLogFields(this.#feed), ...describeError(error) });
    try {
      await this.#actOn({
        kind: 'internal-error',
        id: 'internal-error',
        message: 'The worker met an unexpected error (see its log); it will be tried again',
      });
    } catch (stateError) {
      // The store is down: the feed's state does not change, and the next session starts at its cursor.
      this.#logFailure('state-not-written', stateError);
      this.#isUnsettled = true;
      this.stop('left');
    }
  }

  #reason({ id, message }: Pick<SessionFailure, 'id' | 'message'>): NonNullable<Feed['reason']> {
    const reason = { id, message, atMs: this.#ports.clock.now() };
    return this.#failingSinceMs === undefined ? reason : { ...reason, sinceMs: this.#failingSinceMs };
  }

  #logFailure(reason: string, error: unknown): void {
    this.#ports.log.write('FEED_FAILED', { ...feedLogFields(this.#feed), reason, ...describeError(error) });
  }

  #readers(): Promise<readonly SalesforceSubscription[]> {
    return this.#ports.feedSubscriptions.of(this.#feed.appId, this.#feed.id);
  }

  async #routes(readers: readonly SalesforceSubscription[]): Promise<readonly FeedRoute[]> {
    return sideBySide(readers, ROUTING_TABLES_READ_AT_ONCE_MAX, async ({ id, format, repair, keepLast }) => ({
      table: await this.#ports.routing.forSubscription(this.#feed.appId, id),
      format,
      repair,
      keepLast,
    }));
  }
}

/** On a topic of changes only the time that Salesforce itself writes counts: the lag is measured by it. */
function shownTimeMs({ topic }: Feed, { decoded }: FeedEvent): number | undefined {
  if (decoded.kind !== 'decoded') return undefined;
  return isChangeTopic(topic) ? decoded.committedAtMs : decoded.atMs;
}
