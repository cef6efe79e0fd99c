import type { EndedLease, HeldFeed } from '../../domain/feeds/feed-store.ts';
import type { FeedWorkerRecord } from '../../domain/feeds/feed-worker-record.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { FeedSession, type FeedSessionPorts, type SessionEnding } from './feed-session.ts';
import type { FeedTiming } from './feed-timing.ts';

/** The feeds of one worker, each from the acquisition of its lease to its release. */
export class FeedWorkerSessions {
  readonly #ports: FeedSessionPorts;
  readonly #timing: FeedTiming;
  readonly #worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>;
  /** By feed: pending from the acquisition of its lease to its release. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** By feed: its session, while that is reading. */
  readonly #reading = new Map<string, FeedSession>();
  /** Sessions that ended at the deadline and still hold their lease, until another worker continues. */
  #ended: FeedSession[] = [];
  /** By feed: a session whose lease has not been released yet. */
  readonly #unreleased = new Map<string, FeedSession>();
  /** Feeds that the store may or may not have given to this worker: its answer was lost. */
  readonly #doubtful = new Set<string>();
  #stopped: SessionEnding | undefined;

  constructor(
    ports: FeedSessionPorts,
    timing: FeedTiming,
    worker: Pick<FeedWorkerRecord, 'id' | 'endsAtMs'>,
  ) {
    this.#ports = ports;
    this.#timing = timing;
    this.#worker = worker;
  }

  get count(): number {
    return this.#underWay.size;
  }

  /** How all sessions have to end, or have ended. */
  get stopped(): SessionEnding | undefined {
    return this.#stopped;
  }

  /** Whether the store may hold feeds that name this worker. */
  get mayBeNamed(): boolean {
    return this.#unreleased.size > 0 || this.#doubtful.size > 0 || this.#stopped === 'lost';
  }

  has(feedId: string): boolean {
    return this.#underWay.has(feedId);
  }

  /** Acquires the feed's lease, if it wants a worker, and reads it. */
  take(feedId: string): void {
    if (this.#stopped !== undefined || this.#underWay.has(feedId)) return;
    this.#underWay.set(
      feedId,
      this.#takeAndRead(feedId).finally(() => this.#underWay.delete(feedId)),
    );
  }

  /** Resolves when no feed is left. Never rejects. */
  async allEnded(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }

  /** Ends all sessions. The first ending counts. */
  stop(ending: SessionEnding): void {
    this.#stopped ??= ending;
    for (const session of this.#reading.values()) session.stop(ending);
  }

  /** The lease of the worker is lost, and with it the leases of all its feeds. */
  loseAll(): void {
    this.#stopped = 'lost';
    for (const session of this.#reading.values()) session.lose();
  }

  /** The lease of one feed was ended: ends the session that holds this lease or an earlier one. */
  lose({ feedId, fence }: EndedLease): void {
    const session = this.#reading.get(feedId);
    if (session !== undefined && session.lease.fence <= fence) session.lose();
  }

  /** Checks whether the authorizations of the open streams still hold. */
  async check(): Promise<void> {
    await Promise.all([...this.#reading.values()].map((session) => session.check()));
  }

  /**
   * Hands the feeds over to another worker that has room for all feeds that can move: any feed that stayed would still
   * cost this worker.
   */
  moveTo(room: number): void {
    const movable = [...this.#reading.values()].filter((session) => session.canMove);
    if (movable.length > room) return;
    for (const session of movable) session.stop('handed-over');
  }

  /** Retries what a store failed to do. */
  async settle(): Promise<void> {
    for (const session of [...this.#unreleased.values()]) await this.release(session);
    for (const feedId of [...this.#doubtful]) this.take(feedId);
  }

  /**
   * Returns the sessions that ended at the deadline and were not returned before. The caller releases or leaves them.
   */
  takeEnded(): readonly FeedSession[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /** Leaves the feed's lease to end with that of the worker. */
  leave(session: FeedSession): void {
    this.#unreleased.set(session.lease.feedId, session);
  }

  /**
   * Returns whether the feed is free. A lost lease is released as well: whoever ended it may have died before the feed
   * said so.
   */
  async release(session: FeedSession): Promise<boolean> {
    const { feedId } = session.lease;
    try {
      await this.#ports.feeds.releaseLease(session.lease, session.caughtUpAtMs);
      this.#unreleased.delete(feedId);
      return true;
    } catch (error) {
      // The release is retried; at the latest, the end of this worker frees the feed.
      this.leave(session);
      this.#ports.log.write('FEED_WORKER_FAILED', {
        worker: this.#worker.id,
        step: 'release',
        feedId,
        ...describeError(error),
      });
      return false;
    }
  }

  async #takeAndRead(feedId: string): Promise<void> {
    const { feeds, clock, log } = this.#ports;
    let ending: SessionEnding;
    do {
      this.#doubtful.add(feedId);
      let held: HeldFeed | undefined;
      try {
        held = await feeds.acquireLease(feedId, this.#worker, clock.now());
      } catch (error) {
        // The store may have granted the lease all the same: the next look asks again.
        log.write('FEED_SESSION_FAILED', { feedId, step: 'take', ...describeError(error) });
        return;
      }
      this.#doubtful.delete(feedId);
      // Another worker has the feed, it wants no worker, or it was deleted.
      if (held === undefined) return;
      ending = await this.#read(held);
      // The owner has changed the feed, which may now want a worker all the more.
    } while (ending === 'lost' && this.#stopped === undefined);
  }

  async #read(held: HeldFeed): Promise<SessionEnding> {
    const { feedId } = held.lease;
    const session = new FeedSession(this.#ports, held, this.#timing);
    this.#reading.set(feedId, session);
    // The stop may have come while the lease was being acquired.
    if (this.#stopped === 'lost') session.lose();
    else if (this.#stopped !== undefined) session.stop(this.#stopped);
    const ending = await session.run();
    this.#reading.delete(feedId);
    if (ending === 'handed-over' && this.#stopped === 'handed-over') this.#ended.push(session);
    // The session would at once hit the failure again that it could not record: the next look, or the end of this
    // worker, releases the feed.
    else if (session.isUnsettled) this.leave(session);
    else if (this.#stopped !== 'lost') await this.release(session);
    return ending;
  }
}
