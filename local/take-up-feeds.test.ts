import { expect, it } from 'vitest';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { aFeed } from '../test/support/records.ts';
import { takeUpFeeds } from './take-up-feeds.ts';

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
  await feeds.acquireLease('leased', 'a worker that died', NOW_MS, NOW_MS + 45_000);
  expect(await feeds.listUnattended(NOW_MS, 10)).toEqual([]);

  await takeUpFeeds(feeds);

  const unattended = await feeds.listUnattended(NOW_MS, 10);
  expect(Object.fromEntries(unattended.map(({ id, state, reason: why }) => [id, [state, why]]))).toEqual({
    leased: ['active', undefined],
    waiting: ['active', undefined],
    new: ['starting', undefined],
  });
  expect((await feeds.get('stopped'))?.reason).toEqual(reason);
});
