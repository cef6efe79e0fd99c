import { expect, it } from 'vitest';
import { TestClock } from '../../../test/support/test-clock.ts';
import { FeedCatchUp } from './feed-catch-up.ts';

const START_MS = 1_000_000;

function started(given: { readonly caughtUpAtMs?: number; readonly isCaughtUp?: boolean } = {}) {
  const clock = new TestClock(START_MS);
  return { clock, catchUp: new FeedCatchUp(clock, given) };
}

it('does not know when a new feed was caught up', () => {
  const { catchUp } = started();
  expect(catchUp.caughtUpAtMs).toBeUndefined();
  catchUp.fallBehind(false);
  expect(catchUp.caughtUpAtMs).toBeUndefined();
});

it('is caught up until now while the source has nothing more', () => {
  const { clock, catchUp } = started();
  catchUp.catchUp();
  clock.advance(500);
  expect(catchUp).toMatchObject({ isCaughtUp: true, caughtUpAtMs: START_MS + 500 });
});

it('was caught up when events came', () => {
  const { clock, catchUp } = started();
  catchUp.catchUp();
  clock.advance(500);
  catchUp.fallBehind(false);
  clock.advance(500);
  catchUp.fallBehind(false);
  expect(catchUp).toMatchObject({ isCaughtUp: false, caughtUpAtMs: START_MS + 500 });
});

it('was caught up just before events that came after a pause', () => {
  const { clock, catchUp } = started();
  catchUp.fallBehind(false);
  clock.advance(500);
  catchUp.fallBehind(true);
  clock.advance(500);
  expect(catchUp).toMatchObject({ isCaughtUp: false, caughtUpAtMs: START_MS + 500 });
});

it('goes on from what the last worker knew', () => {
  expect(started({ caughtUpAtMs: 7, isCaughtUp: false }).catchUp.caughtUpAtMs).toBe(7);
  expect(started({ caughtUpAtMs: 7, isCaughtUp: true }).catchUp.caughtUpAtMs).toBe(START_MS);
});
