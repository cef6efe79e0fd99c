import { expect, it } from 'vitest';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import { parsePollMessage } from '../../domain/feeds/poll-message.ts';
import { FEEDS_PER_POLL_MAX } from '../../domain/feeds/poll-queue.ts';
import { wakeFeeds } from './wake-feeds.ts';

const wake = ({ stores, pollQueue, time, log }: VirtualFeeds) =>
  wakeFeeds({ feeds: stores.feeds, pollQueue, clock: time, log });

it('wakes nobody when every feed is read or wants nobody', async () => {
  const feeds = new VirtualFeeds();
  await feeds.hold(await feeds.feed());
  await feeds.feed({ state: 'paused' });
  await feeds.feed({ state: 'stopped' });
  await feeds.feed({ state: 'waiting', notBeforeMs: feeds.time.now() + 1 });
  expect(await wake(feeds)).toBe(0);
  expect(feeds.pollQueue.messages).toEqual([]);
});

it('wakes for each feed that nobody reads, as many in a message as a worker reads, those of one org side by side', async () => {
  const feeds = new VirtualFeeds();
  const count = FEEDS_PER_POLL_MAX + 1;
  for (let feed = 0; feed < count; feed += 1) {
    await feeds.feed({ id: `${feed}`, authorizationId: feed % 2 === 0 ? 'even' : 'odd' });
  }
  expect(await wake(feeds)).toBe(count);
  expect(feeds.pollQueue.messages.map((body) => parsePollMessage(body).feedIds.length)).toEqual([
    FEEDS_PER_POLL_MAX,
    1,
  ]);
  const orgs = feeds.wokenIds().map((id) => (Number(id) % 2 === 0 ? 'even' : 'odd'));
  expect(orgs.lastIndexOf('even')).toBeLessThan(orgs.indexOf('odd'));
});

it('wakes for the feeds of a worker that died', async () => {
  const feeds = new VirtualFeeds();
  const dead = feeds.otherWorker({ untilMs: feeds.time.now() });
  await feeds.stores.feeds.startWorker(dead);
  const { id } = await feeds.feed();
  await feeds.stores.feeds.acquireLease(id, dead, feeds.time.now() - 1);
  expect(await wake(feeds)).toBe(1);
  expect(feeds.wokenIds()).toEqual([id]);
});
