import type { FeedPosition, FeedPositionStore } from '../../domain/feeds/feed-position-store.ts';

export class MemoryFeedPositionStore implements FeedPositionStore {
  readonly #positions: FeedPosition[] = [];

  async put(position: FeedPosition): Promise<void> {
    const { feedId, atMs } = position;
    const index = this.#positions.findIndex((each) => each.feedId === feedId && each.atMs === atMs);
    this.#positions.splice(index === -1 ? this.#positions.length : index, 1, position);
  }

  async newest(feedId: string, fromMs: number, untilMs: number): Promise<FeedPosition | undefined> {
    return this.#positions
      .filter((each) => each.feedId === feedId && each.atMs >= fromMs && each.atMs <= untilMs)
      .sort((a, b) => b.atMs - a.atMs)[0];
  }
}
