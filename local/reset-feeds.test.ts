import { expect, it } from 'vitest';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { aFeed, aFeedWorker } from '../test/support/records.ts';
import { resetFeeds } from './reset-feeds.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');

it('frees feeds of dead workers and of waits, and leaves those that are to rest', async () => {
  const { feeds } = makeMemoryStores();
  const reason = { id: 'unavailable', message: 'nobody there', atMs: NOW_MS };
  await feeds.ensure(aFeed({ id: 'leased', state: 'active', cursor: 'AQ==' }));
  await feeds.ensure(
    aFeed({ id: 'waiting', state: 'waiting', cursor: 'AQ==', reason, notBeforeMs: NOW_MS + 900_000 }),
  );
  await feeds.ensure(aFeed({ id: 'new', state: 'waiting', notBeforeMs: NOW_MS + 900_000 }));
  await feeds.ensure(aFeed({ id: 'paused', state: 'paused' }));
  await feeds.ensure(aFeed({ id: 'stopped', state: 'stopped', reason }));
  const dead = aFeedWorker({ untilMs: NOW_MS + 45_000, endsAtMs: NOW_MS + 900_000 });
  await feeds.startWorker(dead);
  await feeds.acquireLease('leased', dead, NOW_MS);
  expect(await feeds.listUnattended(NOW_MS, 10)).toEqual([]);

  await resetFeeds(feeds);

  const unattended = await feeds.listUnattended(NOW_MS, 10);
  expect(Object.fromEntries(unattended.map(({ feed }) => [feed.id, [feed.state, feed.reason]]))).toEqual({
    leased: ['active', undefined],
    waiting: ['active', undefined],
    new: ['starting', undefined],
  });
  expect(await feeds.listWorkers()).toEqual([]);
  expect((await feeds.get('stopped'))?.reason).toEqual(reason);
});
