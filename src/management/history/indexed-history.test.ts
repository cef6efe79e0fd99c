import { describe, expect, it } from 'vitest';
import { aStream, aWebhook } from '../../../test/support/builders.ts';
import { aHistoryEntry } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { MemoryAttemptIndex } from '../../adapters/memory/attempt-index.ts';
import { MemoryDeliveryHistory } from '../../adapters/memory/delivery-history.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import { IndexedHistory } from './indexed-history.ts';

const clock = new TestClock();
const nowMs = clock.now();
const HOUR_MS = 3_600_000;
const span = { fromMs: nowMs - 24 * HOUR_MS, untilMs: nowMs + 1, limit: 10 };
const indexed = aHistoryEntry({ appId: 'app', eventId: 'e', atMs: nowMs - HOUR_MS, publication: 'orders' });
const logged = { ...indexed, deliveryId: 'only in the logs' };

async function history(publications: readonly Publication[], streams: readonly Stream[] = []) {
  const attemptIndex = new MemoryAttemptIndex({ clock });
  const searched = new MemoryDeliveryHistory();
  attemptIndex.record(indexed);
  await attemptIndex.flush();
  searched.record(logged);
  return new IndexedHistory({
    searched,
    attemptIndex,
    publications: { list: async () => [...publications] },
    streams: { list: async () => [...streams] },
  });
}

const publication = (name: string, createdAgoMs: number, indexedAgoMs?: number): Publication => ({
  ...aWebhook({ name }),
  createdAtMs: nowMs - createdAgoMs,
  ...(indexedAgoMs !== undefined && { attemptsIndexedSinceMs: nowMs - indexedAgoMs }),
});
const always = publication('orders', 48 * HOUR_MS, 48 * HOUR_MS);
const young = publication('crm', HOUR_MS, HOUR_MS);

describe('history of one event', () => {
  it.each<[string, readonly Publication[], readonly Stream[], object]>([
    ['every publication is indexed', [always], [], indexed],
    ['one is younger than the time asked for, and indexed from its beginning', [always, young], [], indexed],
    ['one has no index', [always, publication('crm', HOUR_MS)], [], logged],
    ['one got its index later', [always, publication('crm', 48 * HOUR_MS, HOUR_MS)], [], logged],
    [
      'a stream records its drops, which only the logs know',
      [always],
      [aStream({ traceDrops: true })],
      logged,
    ],
    ['a stream does not', [always], [aStream()], indexed],
    ['there is no publication', [], [], logged],
  ])('comes from where all of it is: %s', async (_what, publications, streams, entry) => {
    const found = await (await history(publications, streams)).find('app', { ...span, eventId: 'e' });
    expect(found).toMatchObject({ kind: 'found', entries: [entry], isComplete: true });
  });

  it('of one publication needs its index alone', async () => {
    const both = await history([always, publication('crm', HOUR_MS)]);
    const asked = { ...span, eventId: 'e', publication: 'orders' };
    expect(await both.find('app', asked)).toMatchObject({ entries: [indexed] });
    expect(await both.find('app', { ...asked, publication: 'crm' })).toMatchObject({ entries: [] });
  });

  it('is of the time asked for, and says when there is more', async () => {
    const all = await history([always]);
    expect(await all.find('app', { ...span, untilMs: nowMs - 2 * HOUR_MS, eventId: 'e' })).toMatchObject({
      entries: [],
      isComplete: true,
    });
    expect(await all.find('app', { ...span, limit: 0, eventId: 'e' })).toMatchObject({
      entries: [],
      isComplete: false,
    });
  });
});

it('searches for everything else', async () => {
  const all = await history([always]);
  expect(await all.find('app', { ...span, publication: 'orders' })).toMatchObject({ entries: [logged] });
  expect(await all.drops('app', span)).toMatchObject({ kind: 'found' });
});
