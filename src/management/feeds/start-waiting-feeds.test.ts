import { describe, expect, it } from 'vitest';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { aFeed } from '../../../test/support/records.ts';
import { MemoryPollQueue } from '../../adapters/memory/poll-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import { parsePollMessage } from '../../domain/feeds/poll-message.ts';
import { startForAuthorization } from './start-waiting-feeds.ts';

const APP_ID = 'shop';
const AUTHORIZATION = { id: 'production', appId: APP_ID };
const WAITING = {
  appId: APP_ID,
  authorizationId: AUTHORIZATION.id,
  state: 'waiting',
  reason: { id: 'refresh-token-expired', message: 'Why.', atMs: 1 },
  notBeforeMs: 45_000,
} as const;

async function installation(...feeds: readonly Feed[]) {
  const stores = makeMemoryStores();
  for (const feed of feeds) await stores.feeds.ensure(feed);
  return { feeds: stores.feeds, pollQueue: new MemoryPollQueue(), log: new RecordedLog() };
}

describe('an authorization that was made anew', () => {
  it('starts at once the feeds that wait, each where it stands', async () => {
    const ports = await installation(
      aFeed({ ...WAITING, id: 'with-cursor', cursor: 'c' }),
      aFeed({ ...WAITING, id: 'new' }),
      aFeed({ ...WAITING, id: 'of-another', authorizationId: 'another' }),
      aFeed({ ...WAITING, id: 'of-another-app', appId: 'another' }),
      aFeed({ ...WAITING, id: 'resting', state: 'paused' }),
      aFeed({ ...WAITING, id: 'given-up', state: 'stopped' }),
    );
    await startForAuthorization(ports, AUTHORIZATION);
    const woken = ports.pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds);
    expect(woken.toSorted()).toEqual(['new', 'with-cursor']);
    const states = (await ports.feeds.listAll()).map(({ feed }) => [feed.id, feed.state, feed.notBeforeMs]);
    expect(new Set(states)).toEqual(
      new Set([
        ['given-up', 'stopped', 45_000],
        ['new', 'starting', undefined],
        ['of-another', 'waiting', 45_000],
        ['of-another-app', 'waiting', 45_000],
        ['resting', 'paused', 45_000],
        ['with-cursor', 'active', undefined],
      ]),
    );
  });

  it('holds although the feeds cannot be woken: they try again by themselves', async () => {
    const ports = await installation(aFeed({ ...WAITING, id: 'a', cursor: 'c' }));
    ports.pollQueue.wake = async () => {
      throw new Error('the queue is away');
    };
    await startForAuthorization(ports, AUTHORIZATION);
    expect(ports.log.of('FEED_WAKE_FAILED')).toMatchObject([
      { appId: APP_ID, authorizationId: AUTHORIZATION.id, error: 'Error: the queue is away' },
    ]);
    expect((await ports.feeds.get('a'))?.state).toBe('active');
  });
});
