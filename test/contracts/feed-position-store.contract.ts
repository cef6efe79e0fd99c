import { beforeEach, expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import type { FeedPosition } from '../../src/domain/feeds/feed-position-store.ts';
import { aFeed } from '../support/records.ts';

export function feedPositionStoreContract(stores: () => Stores): void {
  const store = () => stores().feedPositions;
  const feedId = 'feed-1';
  const otherFeedId = 'feed-10';
  beforeEach(async () => {
    for (const id of [feedId, otherFeedId]) await stores().feeds.ensure(aFeed({ id }));
  });

  const START_MS = 1_790_000_000_000;
  const put = async (...atMs: readonly number[]): Promise<FeedPosition[]> => {
    const positions = atMs.map((ms) => ({ feedId, cursor: `cursor-${ms}`, atMs: START_MS + ms }));
    for (const position of positions) await store().put(position);
    return positions;
  };
  const newest = (fromMs: number, untilMs: number) =>
    store().newest(feedId, START_MS + fromMs, START_MS + untilMs);

  it('gives the newest that is neither too early nor too late, both ends included', async () => {
    const [first, second, third] = await put(10, 20, 30);
    expect(await newest(0, 100)).toEqual(third);
    expect(await newest(0, 30)).toEqual(third);
    expect(await newest(0, 29)).toEqual(second);
    expect(await newest(20, 29)).toEqual(second);
    expect(await newest(21, 29)).toBeUndefined();
    expect(await newest(0, 19)).toEqual(first);
    expect(await newest(0, 9)).toBeUndefined();
  });

  it('gives them by their time, in whatever order they were put', async () => {
    const [third] = await put(30, 10);
    expect(await newest(0, 100)).toEqual(third);
  });

  it('has one of a time: the last', async () => {
    await put(10);
    const again = { feedId, cursor: 'another', atMs: START_MS + 10 };
    await store().put(again);
    expect(await newest(0, 100)).toEqual(again);
  });

  it('keeps those of feeds apart', async () => {
    await store().put({ feedId: otherFeedId, cursor: 'theirs', atMs: START_MS + 10 });
    expect(await newest(0, 100)).toBeUndefined();
    await put(5);
    expect(await newest(0, 100)).toMatchObject({ cursor: 'cursor-5' });
  });

  it('does not mind a feed that is gone', async () => {
    await store().put({ feedId: 'gone', cursor: 'c', atMs: START_MS });
    expect(await newest(0, 100)).toBeUndefined();
  });
}
