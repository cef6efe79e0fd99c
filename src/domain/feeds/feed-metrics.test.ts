import { expect, test } from 'vitest';
import { aFeed, anApp } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { type FeedMeasure, measureFeeds, recordFeeds } from './feed-metrics.ts';

function recorded(feeds: readonly FeedMeasure[]): [string, number][] {
  const values: [string, number][] = [];
  recordFeeds(
    {
      count: () => undefined,
      countFailed: () => undefined,
      measure: (name, value) => values.push([name, value]),
    },
    feeds,
  );
  return values;
}

test('of many feeds the worst is recorded; a stopped one is counted, and not late besides', () => {
  expect(
    recorded([
      { state: 'active', lagMs: 0, cursorAgeMs: 5_000 },
      { state: 'waiting', lagMs: 90_000, cursorAgeMs: 95_000 },
      { state: 'stopped', lagMs: 500_000, cursorAgeMs: 600_000 },
      { state: 'paused', lagMs: 9_000_000, cursorAgeMs: 9_000_000 },
      { state: 'starting' },
    ]),
  ).toEqual([
    ['FeedsStopped', 1],
    ['FeedLag', 90_000],
    ['CursorAge', 600_000],
  ]);
});

test('an installation without feeds pays for no metric of them', () => {
  expect(recorded([])).toEqual([]);
});

test('every feed is measured, whoever reads it', async () => {
  const stores = makeMemoryStores();
  const clock = new TestClock();
  const app = anApp();
  await stores.apps.create(app);
  await stores.feeds.ensure(aFeed({ id: 'new', appId: app.id, state: 'starting', cursor: undefined }));
  await stores.feeds.ensure(
    aFeed({
      id: 'unread',
      appId: app.id,
      state: 'waiting',
      cursor: 'AAAA',
      cursorAtMs: clock.now() - 60_000,
    }),
  );
  expect(
    (await measureFeeds({ ...stores, clock })).toSorted((a, b) => (a.lagMs ?? 0) - (b.lagMs ?? 0)),
  ).toEqual([
    { state: 'starting', lagMs: undefined, cursorAgeMs: undefined },
    { state: 'waiting', lagMs: 60_000, cursorAgeMs: 60_000 },
  ]);
});
