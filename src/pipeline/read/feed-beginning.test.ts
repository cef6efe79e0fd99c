import { expect, it } from 'vitest';
import { aFeedEvent } from '../../../test/support/scripted-feed-source.ts';
import type { FeedEvent } from '../../domain/feeds/feed-source.ts';
import { skipBefore } from './skip-before.ts';

function anEventAt(id: string, atMs: number | undefined): FeedEvent {
  const { raw, cursor, decoded } = aFeedEvent(id);
  return { raw, cursor, decoded: { ...decoded, atMs } as FeedEvent['decoded'] };
}

const routedIds = (events: readonly FeedEvent[]) =>
  events.flatMap(({ decoded }) => (decoded.kind === 'decoded' ? (decoded.json?.id ?? []) : 'undecodable'));

it('skips nothing of a feed that was not rewound to a time', () => {
  const events = [anEventAt('a', 1)];
  expect(skipBefore(events, undefined)).toEqual({ events, endsAt: Number.POSITIVE_INFINITY });
});

it('skips up to the first event of the time, and none after it', () => {
  const skipped = skipBefore([anEventAt('a', 9), anEventAt('b', 10), anEventAt('c', 9)], 10);
  expect(routedIds(skipped.events)).toEqual(['b', 'c']);
  expect(skipped.events.map(({ cursor }) => cursor)).toEqual(['cursor-a', 'cursor-b', 'cursor-c']);
  expect(skipped.endsAt).toBe(1);
});

it('goes on while no event of the time has come', () => {
  const skipped = skipBefore([anEventAt('a', 8), anEventAt('b', 9)], 10);
  expect(routedIds(skipped.events)).toEqual([]);
  expect(skipped.endsAt).toBe(Number.POSITIVE_INFINITY);
});

it('never skips an event that has no time, or cannot be read', () => {
  const broken: FeedEvent = { ...aFeedEvent('x'), decoded: { kind: 'undecodable', message: 'cut' } };
  const skipped = skipBefore([anEventAt('a', undefined), broken, anEventAt('b', 5)], 10);
  expect(routedIds(skipped.events)).toEqual(['a', 'undecodable']);
  expect(skipped.endsAt).toBe(Number.POSITIVE_INFINITY);
});
