import { expect, it } from 'vitest';
import { aSalesforceSubscription } from '../../../test/support/records.ts';
import { MemoryPollQueue } from '../../adapters/memory/poll-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { feedOf, leaveFeed, startFeed } from './subscription-feeds.ts';

it('does not leave a feed paused whose subscription is resumed while it is being paused', async () => {
  const { feeds, subscriptions } = makeMemoryStores();
  const ports = { feeds, subscriptions, pollQueue: new MemoryPollQueue(), log: silentLog };
  const subscription = aSalesforceSubscription({ paused: true });
  const feed = feedOf(subscription, 0);
  await subscriptions.create(subscription);
  await feeds.ensure(feed);
  const setState = feeds.setState.bind(feeds);
  feeds.setState = async (...change) => {
    feeds.setState = setState;
    // The resume overtakes the pause, which is still on its way to the store.
    await subscriptions.update({ ...subscription, paused: false });
    await startFeed(ports, feed);
    return setState(...change);
  };
  await leaveFeed(ports, subscription.appId, feed.id);
  expect((await feeds.get(feed.id))?.state).toBe('starting');
});
