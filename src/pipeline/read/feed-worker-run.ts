import type { EndedLease, HeldFeed } from '../../domain/feeds/feed-store.ts';
import {
  type FeedWorkerRecord,
  newWorkerId,
  preferredWorker,
} from '../../domain/feeds/feed-worker-record.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { FeedSession, type FeedSessionPorts, type SessionEnding } from './feed-session.ts';
import type { FeedTiming } from './feed-timing.ts';
import { recoverFeeds } from './recover-feeds.ts';

/**
 * At the deadline the feeds whose sessions have ended are handed over so often: one that has a frame at hand that the queue
 * refuses takes its time, and the others shall not stand still for it.
 */
const HAND_OVER_MS = 1_000;
/** After the deadline nothing of a worker runs for longer than this: a function's time is up a minute after it. */
const ENDING_MS_MAX = 120_000;
/** The part of its lease that a worker does not use: clocks differ, and what is on its way takes time. */
const LEASE_MARGIN = 1 / 9;

/**
 * One run of a worker: its record, whose lease is that of all its feeds, and their sessions. What binds: the record is there
 * before a feed names it; it is removed only when no feed can name it any more, and else ended, so that others can take what
 * it leaves; its sessions end before its lease does.
 */
export class FeedWorkerRun {
  readonly #ports: FeedSessionPorts;
  readonly #pollQueue: PollQueue;
  readonly #timing: FeedTiming;
  readonly #id = newWorkerId();
  readonly #startedAtMs: number;
  readonly #deadlineMs: number;
  /** By feed: from the taking of its lease to its release. */
  readonly #sessions = new Map<string, Promise<void>>();
  readonly #live = new Map<string, FeedSession>();
  /** Ended at the deadline, for another worker to go on with. */
  readonly #handedOver: FeedSession[] = [];
  /** By feed: could not be released; to be tried again. */
  readonly #unreleased = new Map<string, FeedSession>();
  /** Feeds of which it is not known whether the store gave them to this worker: its answer got lost. */
  readonly #doubtful = new Set<string>();
  /** Feeds that it has woken another worker for. */
  readonly #woken = new Set<string>();
  /** Whether it has a record, and others may join. */
  #started: Promise<boolean> | undefined;
  #isOpen = false;
  #stopped: SessionEnding | undefined;
  #leaseEnds: NodeJS.Timeout | undefined;
  #handingOver: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  /** Of the last renewal. */
  #endedLeases: readonly EndedLease[] = [];
  /** As the record says. */
  #told: Pick<FeedWorkerRecord, 'feedCount' | 'room'> = { feedCount: 0, room: 0 };
  /** Whether its last look for unattended feeds succeeded. */
  #finds = true;

  constructor(ports: FeedSessionPorts, pollQueue: PollQueue, timing: FeedTiming, deadlineMs: number) {
    this.#ports = ports;
    this.#pollQueue = pollQueue;
    this.#timing = timing;
    this.#deadlineMs = deadlineMs;
    this.#startedAtMs = ports.clock.now();
  }

  /** Ends when no session is left; at once when another worker has room for the feeds. Once only. */
  async until(feedIds: readonly string[]): Promise<void> {
    this.#started = this.#start(feedIds.length);
    if (!(await this.#started)) return;
    const renewing = setInterval(() => void this.#renew(), this.#timing.leaseRenewMs);
    const looking = setInterval(() => void this.#look(), this.#timing.adoptMs);
    for (const feedId of feedIds) this.#take(feedId);
    while (this.#sessions.size > 0) await Promise.all(this.#sessions.values());
    this.#isOpen = false;
    clearInterval(renewing);
    clearInterval(looking);
    clearInterval(this.#handingOver);
    await Promise.all([this.#renewing, this.#looking]);
    await this.#end();
    clearTimeout(this.#leaseEnds);
  }

  /** Takes feeds for another run in this process; false when it can't. */
  async join(feedIds: readonly string[]): Promise<boolean> {
    await this.#started;
    if (!this.#isOpen || this.#room < feedIds.length) return false;
    // Of a feed that is read already, its owner has ended the lease.
    if (feedIds.some((feedId) => this.#sessions.has(feedId))) void this.#renew();
    for (const feedId of feedIds) this.#take(feedId);
    return true;
  }

  stop(ending: SessionEnding): void {
    this.#stopped ??= ending;
    for (const session of this.#live.values()) session.stop(ending);
    if (ending === 'handed-over') {
      this.#handingOver ??= setInterval(() => void this.#handOverSome(), HAND_OVER_MS);
    }
  }

  get #room(): number {
    const { clock } = this.#ports;
    const endsSoon = this.#deadlineMs - clock.now() < this.#timing.endsSoonMs;
    if (this.#stopped !== undefined || endsSoon || !this.#finds) return 0;
    return Math.max(0, FEEDS_PER_POLL_MAX - this.#sessions.size);
  }

  #record(feedCount = this.#sessions.size): FeedWorkerRecord {
    const nowMs = this.#ports.clock.now();
    return {
      id: this.#id,
      startedAtMs: this.#startedAtMs,
      renewedAtMs: nowMs,
      untilMs: nowMs + this.#timing.leaseMs,
      endsAtMs: this.#endsAtMs,
      feedCount,
      room: this.#room,
    };
  }

  get #endsAtMs(): number {
    return this.#deadlineMs + ENDING_MS_MAX;
  }

  /** False when there is nothing for it to do, or no store to do it with. */
  async #start(feedCount: number): Promise<boolean> {
    const { feeds, clock, log } = this.#ports;
    try {
      const preferred = preferredWorker(await feeds.listWorkers(), clock.now());
      if (preferred !== undefined && preferred.room >= feedCount) return false;
      const record = this.#record(feedCount);
      await feeds.startWorker(record);
      this.#renewedUntil(record);
      this.#isOpen = true;
      return true;
    } catch (error) {
      // Nobody has the feeds: the schedule sends for another worker within a minute.
      log.write('FEED_WORKER_FAILED', { worker: this.#id, step: 'start', ...describeError(error) });
      return false;
    }
  }

  #renewedUntil({ untilMs, feedCount, room }: FeedWorkerRecord): void {
    this.#told = { feedCount, room };
    clearTimeout(this.#leaseEnds);
    const usedUntilMs = untilMs - this.#timing.leaseMs * LEASE_MARGIN;
    this.#leaseEnds = setTimeout(() => this.#lose('not-renewed'), usedUntilMs - this.#ports.clock.now());
  }

  /** One at a time: an older record must not come after a newer one. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewNow().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewNow(): Promise<void> {
    const { feeds, log } = this.#ports;
    const record = this.#record();
    try {
      const renewal = await feeds.renewWorker(record, this.#endedLeases);
      if (renewal.kind === 'lost') {
        this.#lose('ended-by-others');
        return;
      }
      this.#renewedUntil(record);
      this.#endedLeases = renewal.endedLeases;
      for (const { feedId, fence } of renewal.endedLeases) this.#loseSession(feedId, fence);
    } catch (error) {
      // The next renewal may succeed; if none does, the sessions end before the lease.
      log.write('FEED_WORKER_FAILED', { worker: this.#id, step: 'renew', ...describeError(error) });
    }
    await Promise.all([...this.#live.values()].map((session) => session.check()));
  }

  #lose(reason: string): void {
    if (this.#stopped === 'lost') return;
    this.#ports.log.write('FEED_WORKER_LOST', {
      worker: this.#id,
      reason,
      feeds: this.#sessions.size,
    });
    this.#stopped = 'lost';
    for (const session of this.#live.values()) session.lose();
  }

  /** @param fence of the lease that was ended */
  #loseSession(feedId: string, fence: number): void {
    const session = this.#live.get(feedId);
    if (session !== undefined && session.lease.fence <= fence) session.lose();
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Takes up what nobody reads, unless another worker does, which then gets the feeds of this one as well. */
  async #lookNow(): Promise<void> {
    const { feeds, clock, log } = this.#ports;
    if (this.#stopped !== undefined || this.#sessions.size === 0) return;
    try {
      await this.#settle();
      const workers = await feeds.listWorkers();
      const others = workers.filter(({ id }) => id !== this.#id);
      await recoverFeeds(this.#ports, others);
      // As the others see this one too: all are to agree.
      const self = workers.find(({ id }) => id === this.#id) ?? this.#record();
      const preferred = preferredWorker([self, ...others], clock.now());
      if (preferred === undefined || preferred.id === this.#id) await this.#adopt();
      else this.#moveTo(preferred);
      this.#finds = true;
    } catch (error) {
      // Others are told that it finds nothing; the schedule looks as well, and so does the next round.
      this.#finds = false;
      log.write('FEED_WORKER_FAILED', { worker: this.#id, step: 'look', ...describeError(error) });
    }
    const { feedCount, room } = this.#record();
    if (feedCount !== this.#told.feedCount || room !== this.#told.room) await this.#renew();
  }

  async #adopt(): Promise<void> {
    const { feeds, clock } = this.#ports;
    const room = this.#room;
    if (room === 0) return;
    for (const { feed, fence } of await feeds.listUnattended(clock.now(), room)) {
      // Its owner has ended the lease, and this worker has not heard of it yet.
      this.#loseSession(feed.id, fence - 1);
      this.#take(feed.id);
    }
  }

  /** All or nothing: what is left would still cost a worker. */
  #moveTo({ room }: FeedWorkerRecord): void {
    const movable = [...this.#live.values()].filter((session) => session.canMove);
    if (movable.length > room) return;
    for (const session of movable) session.stop('handed-over');
  }

  /** Tries again what a store did not do. */
  async #settle(): Promise<void> {
    for (const session of [...this.#unreleased.values()]) await this.#release(session);
    for (const feedId of [...this.#doubtful]) this.#take(feedId);
  }

  #take(feedId: string): void {
    if (this.#stopped !== undefined || this.#sessions.has(feedId)) return;
    this.#sessions.set(
      feedId,
      this.#session(feedId).finally(() => this.#sessions.delete(feedId)),
    );
  }

  async #session(feedId: string): Promise<void> {
    const { feeds, clock, log } = this.#ports;
    const worker = { id: this.#id, endsAtMs: this.#endsAtMs };
    let ending: SessionEnding;
    do {
      this.#doubtful.add(feedId);
      let held: HeldFeed | undefined;
      try {
        held = await feeds.acquireLease(feedId, worker, clock.now());
      } catch (error) {
        // It may have been taken all the same: the next look asks again.
        log.write('FEED_SESSION_FAILED', { feedId, step: 'take', ...describeError(error) });
        return;
      }
      this.#doubtful.delete(feedId);
      // Another worker has it, it wants none, or it is gone.
      if (held === undefined) return;
      ending = await this.#read(held);
      // Its owner has changed the feed, which may want a worker all the more.
    } while (ending === 'lost' && this.#stopped === undefined);
  }

  async #read(held: HeldFeed): Promise<SessionEnding> {
    const { feedId } = held.lease;
    const session = new FeedSession(this.#ports, held, this.#timing);
    this.#live.set(feedId, session);
    // The stop may have come while the lease was taken.
    if (this.#stopped === 'lost') session.lose();
    else if (this.#stopped !== undefined) session.stop(this.#stopped);
    const ending = await session.run();
    this.#live.delete(feedId);
    if (ending === 'handed-over' && this.#stopped === 'handed-over') this.#handedOver.push(session);
    // What it could not write it would meet again at once: the next look, or the end of this worker, lets go of the feed.
    else if (session.isUnsettled) this.#unreleased.set(feedId, session);
    else if (this.#stopped !== 'lost') await this.#release(session);
    return ending;
  }

  /** Also of a lease that is lost: whoever ended it may have died before the feed said so. */
  async #release(session: FeedSession): Promise<boolean> {
    const { feedId } = session.lease;
    try {
      await this.#ports.feeds.releaseLease(session.lease, session.caughtUpAtMs);
      this.#unreleased.delete(feedId);
      return true;
    } catch (error) {
      // It is tried again; at the latest the end of this worker frees the feed.
      this.#unreleased.set(feedId, session);
      this.#ports.log.write('FEED_WORKER_FAILED', {
        worker: this.#id,
        step: 'release',
        feedId,
        ...describeError(error),
      });
      return false;
    }
  }

  /** Those whose sessions have ended, while others take longer. */
  async #handOverSome(): Promise<void> {
    const ended = this.#handedOver.splice(0);
    const released = await Promise.all(ended.map((session) => this.#release(session)));
    await this.#wake(ended.filter((_, index) => released[index]).map(({ lease }) => lease.feedId));
  }

  /**
   * One write lets go of all the feeds, for whoever is woken to take them; where others are to look for them they are released.
   * Who else is waiting is woken too: others may have left feeds to this worker until its record said that it has ended.
   */
  async #end(): Promise<void> {
    const { feeds, clock, log } = this.#ports;
    const left = this.#handedOver.splice(0);
    try {
      if (left.length > 0 && (await this.#othersHaveRoomFor(left.length))) {
        await Promise.all(left.map((session) => this.#release(session)));
      } else {
        for (const session of left) this.#unreleased.set(session.lease.feedId, session);
      }
      const isNamed = this.#unreleased.size > 0 || this.#doubtful.size > 0 || this.#stopped === 'lost';
      if (isNamed) await feeds.endWorker(this.#id, clock.now());
      else await feeds.removeWorker(this.#id);
    } catch (error) {
      // Its lease runs out, and then others end it.
      log.write('FEED_WORKER_FAILED', { worker: this.#id, step: 'end', ...describeError(error) });
    }
    const feedIds = left.map(({ lease }) => lease.feedId);
    const unattended = (await this.#unattended()).filter(
      (id) => !feedIds.includes(id) && !this.#woken.has(id),
    );
    await this.#wake([...feedIds, ...unattended]);
  }

  async #unattended(): Promise<readonly string[]> {
    const { feeds, clock, log } = this.#ports;
    if (this.#stopped === 'left') return [];
    try {
      const unattended = await feeds.listUnattended(clock.now(), FEEDS_PER_POLL_MAX);
      return unattended.map(({ feed }) => feed.id);
    } catch (error) {
      // The schedule finds them within a minute.
      log.write('FEED_WORKER_FAILED', { worker: this.#id, step: 'end', ...describeError(error) });
      return [];
    }
  }

  async #othersHaveRoomFor(count: number): Promise<boolean> {
    const { feeds, clock } = this.#ports;
    const others = (await feeds.listWorkers()).filter(({ id }) => id !== this.#id);
    return (preferredWorker(others, clock.now())?.room ?? 0) >= count;
  }

  async #wake(feedIds: readonly string[]): Promise<void> {
    for (let start = 0; start < feedIds.length; start += FEEDS_PER_POLL_MAX) {
      const some = feedIds.slice(start, start + FEEDS_PER_POLL_MAX);
      try {
        await this.#pollQueue.wake(some);
        for (const feedId of some) this.#woken.add(feedId);
      } catch (error) {
        // Nobody holds the feeds: the schedule finds them within a minute.
        this.#ports.log.write('FEED_WORKER_FAILED', {
          worker: this.#id,
          step: 'hand-over',
          feeds: some.length,
          ...describeError(error),
        });
      }
    }
  }
}
