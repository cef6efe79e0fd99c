import type { Clock } from '../../base/clock.ts';
import type { Announcements } from '../../domain/announcements/announcement.ts';
import type { Feed, FeedGap, FeedLease, FeedState } from '../../domain/feeds/feed.ts';
import type { FeedProgress, FeedStateChange, FeedStore, HeldFeed } from '../../domain/feeds/feed-store.ts';
import type { FeedCatchUp } from './feed-catch-up.ts';

export interface LeasedFeedPorts {
  readonly feeds: FeedStore;
  readonly announcements: Announcements;
  readonly clock: Clock;
}

/**
 * The record of a feed, for the holder of its lease. Every write names the lease; after the first write that finds the
 * lease lost, nothing more is written.
 */
export class LeasedFeed {
  readonly lease: FeedLease;
  readonly #ports: LeasedFeedPorts;
  readonly #feed: Pick<Feed, 'id' | 'appId' | 'topic'>;
  readonly #catchUp: FeedCatchUp;
  readonly #onLost: () => void;
  #state: FeedState;
  #isLost = false;

  /** @param onLost called once */
  constructor(ports: LeasedFeedPorts, { feed, lease }: HeldFeed, catchUp: FeedCatchUp, onLost: () => void) {
    this.lease = lease;
    this.#ports = ports;
    this.#feed = feed;
    this.#state = feed.state;
    this.#catchUp = catchUp;
    this.#onLost = onLost;
  }

  /** The feed's state as others see it. */
  get state(): FeedState {
    return this.#state;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Safe to repeat. */
  lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#onLost();
  }

  async setState(change: FeedStateChange): Promise<void> {
    if (this.#isLost) return;
    const { caughtUpAtMs } = this.#catchUp;
    const set = await this.#ports.feeds.setState(this.lease.feedId, { ...change, caughtUpAtMs }, this.lease);
    if (set === 'set') this.#state = change.state;
    else this.lose();
    if (set === 'set' && change.gap !== undefined) await this.#announceGap(change.gap);
  }

  /** Writes the cursor, which also makes the feed active. */
  async moveCursor(progress: Omit<FeedProgress, 'atMs' | 'caughtUpAtMs' | 'isCaughtUp'>): Promise<void> {
    if (this.#isLost) return;
    const { caughtUpAtMs, isCaughtUp } = this.#catchUp;
    const atMs = this.#ports.clock.now();
    const moved = await this.#ports.feeds.moveCursor(this.lease, {
      ...progress,
      atMs,
      caughtUpAtMs,
      isCaughtUp,
    });
    if (moved === 'moved') this.#state = 'active';
    else this.lose();
  }

  #announceGap({ atMs, cursor, cursorAtMs, message }: FeedGap): Promise<void> {
    const { id, appId, topic } = this.#feed;
    return this.#ports.announcements.announce({
      appId,
      type: 'com.sluice.feed.gap',
      key: [id, cursor ?? '', cursorAtMs],
      subject: topic,
      atMs,
      data: { feed_id: id, topic, message },
    });
  }
}
