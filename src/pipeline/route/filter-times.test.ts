import { describe, expect, it } from 'vitest';
import { aStream } from '../../../test/support/builders.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { FilterTimes, SLOW_PART, WINDOW_MS } from './filter-times.ts';

const SLOW = aStream({ subscriptionId: 'slow', publicationId: 'p1' });
const BESIDE = aStream({ subscriptionId: 'slow', publicationId: 'p2' });

function harness() {
  const time = new VirtualTime();
  return { time, times: new FilterTimes(time) };
}

describe('the time that filters take', () => {
  it('is too much beyond a fifth of a minute, while others have events', async () => {
    const { time, times } = harness();
    times.served('slow');
    times.served('other');
    for (let n = 0; n < 15; n += 1) times.add(SLOW, 1_000);
    times.add(BESIDE, 100);
    expect(times.endWindow()).toEqual([]);
    await time.pass(WINDOW_MS);
    expect(times.endWindow()).toEqual([{ stream: SLOW, part: 15_000 / WINDOW_MS }]);
    // A new window.
    await time.pass(WINDOW_MS);
    expect(times.endWindow()).toEqual([]);
  });

  it.each([
    ['nobody else has events', ['slow'], 30_000],
    ['it is a fifth', ['slow', 'other'], WINDOW_MS * SLOW_PART],
  ])('is not too much when %s', async (_what, served, ms) => {
    const { time, times } = harness();
    for (const id of served) times.served(id);
    times.add(SLOW, ms);
    await time.pass(WINDOW_MS);
    expect(times.endWindow()).toEqual([]);
  });

  it('changes nothing of what the filter answers', async () => {
    const { times } = harness();
    expect(times.measure(SLOW, () => 7)).toBe(7);
  });
});
