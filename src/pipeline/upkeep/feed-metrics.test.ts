import { expect, test } from 'vitest';
import { recordFeeds } from './feed-metrics.ts';

function recorded(feeds: Parameters<typeof recordFeeds>[1]): [string, number][] {
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
      { state: 'starting', lagMs: undefined, cursorAgeMs: undefined },
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
