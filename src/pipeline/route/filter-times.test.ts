import { describe, expect, it } from 'vitest';
import { anEvent, aStream } from '../../../test/support/builders.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import { compileFilter } from './filter.ts';
import { FilterTimes, SLOW_PART, WINDOW_MS } from './filter-times.ts';
import { type Route, routeEvent } from './route.ts';

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
    // This starts a new window.
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

  it('is counted on after the record of the stream was read again', async () => {
    const { time, times } = harness();
    times.served('slow');
    times.served('other');
    times.add(SLOW, 10_000);
    times.add({ ...SLOW }, 10_000);
    await time.pass(WINDOW_MS);
    expect(times.endWindow()).toEqual([{ stream: SLOW, part: 20_000 / WINDOW_MS }]);
  });

  it('is that of the filter alone, of each stream that has one', async () => {
    // Each read of the time advances it by a second.
    let elapsedMs = 0;
    const times = new FilterTimes({
      elapsedMs: () => {
        elapsedMs += 1_000;
        return elapsedMs;
      },
    });
    const filtered = (stream: Stream): Route => {
      const compiled = compileFilter('root = if this.a == 1 { this } else { deleted() }');
      if (!compiled.ok) throw new Error('expected a filter');
      return { stream, filter: compiled.filter, header: '', groupId: '', orderKey: undefined };
    };
    const table = { appId: 'app-1', subscriptionId: 'slow', routes: [filtered(SLOW), filtered(BESIDE)] };
    times.served('slow');
    times.served('other');
    for (let n = 0; n < 20; n += 1) routeEvent(table, anEvent({ data: { a: n } }), times);
    const lastedMs = 1_000 * (1 + 2 * 2 * 20);
    const part = 20_000 / lastedMs;
    expect(times.endWindow()).toEqual([
      { stream: SLOW, part },
      { stream: BESIDE, part },
    ]);
  });
});
