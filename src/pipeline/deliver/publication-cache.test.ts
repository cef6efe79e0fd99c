import { beforeEach, expect, it } from 'vitest';
import { aWebhook } from '../../../test/support/builders.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { PublicationCache } from './publication-cache.ts';

const { appId, name, id } = aWebhook();

let store: PublicationStore;
let clock: TestClock;
let cache: PublicationCache;
beforeEach(() => {
  store = makeMemoryStores().publications;
  clock = new TestClock();
  cache = new PublicationCache(store, clock);
});

const stateNow = async () => (await cache.get(appId, name, id))?.state;

it('sees a change within five seconds', async () => {
  await store.create(aWebhook());
  expect(await stateNow()).toBe('active');
  await store.update(aWebhook({ state: 'paused' }));
  clock.advance(5_000);
  expect(await stateNow()).toBe('active');
  clock.advance(1);
  expect(await stateNow()).toBe('paused');
});

it('sees a change at once when it is told that what it knows is old', async () => {
  await store.create(aWebhook());
  await stateNow();
  await store.update(aWebhook({ state: 'paused' }));
  cache.forget(id);
  expect(await stateNow()).toBe('paused');
});

it('does not look again and again for a publication that is gone', async () => {
  expect(await cache.get(appId, name, id)).toBeNull();
  await store.create(aWebhook());
  expect(await cache.get(appId, name, id)).toBeNull();
});

it('does not take another publication for the one whose name it has now', async () => {
  await store.create(aWebhook({ id: 'another' }));
  expect(await cache.get(appId, name, id)).toBeNull();
  expect(await cache.get(appId, name, 'another')).toMatchObject({ id: 'another' });
});
