import { describe, expect, it } from 'vitest';
import { aStream } from '../../../test/support/builders.ts';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { FilterTimes, WINDOW_MS } from '../route/filter-times.ts';
import { watchSlowFilters } from './slow-filters.ts';

/** A filter that takes a third of the time, while another subscription has events too. */
async function slowMinute(restSubscription: () => Promise<void>) {
  const time = new VirtualTime();
  const log = new RecordedLog();
  const rested: unknown[][] = [];
  const times = new FilterTimes(time);
  const watching = watchSlowFilters(
    {
      timers: time,
      log,
      restSubscription: async (...parameters) => {
        rested.push(parameters);
        await restSubscription();
      },
    },
    times,
  );
  times.served('sub-1');
  times.served('sub-2');
  times.add(aStream(), 20_000);
  await time.pass(WINDOW_MS);
  watching.cancel();
  return { log, rested, pendingCount: time.pendingCount };
}

describe('a filter that takes too much time from others', () => {
  it('has its subscription rested, with a reason', async () => {
    const { log, rested, pendingCount } = await slowMinute(async () => undefined);
    expect(rested).toEqual([
      ['app-1', 'sub-1', { id: 'slow-filter', message: expect.stringContaining('33 % of a worker') }],
    ]);
    expect(log.of('SLOW_FILTER_RESTED')).toMatchObject([{ subscriptionId: 'sub-1', percent: 33 }]);
    expect(pendingCount).toBe(0);
  });

  it('is told of when it could not be rested', async () => {
    const { log } = await slowMinute(async () => Promise.reject(new Error('throttled')));
    expect(log.of('SLOW_FILTER_NOT_RESTED')).toMatchObject([{ subscriptionId: 'sub-1' }]);
  });
});
