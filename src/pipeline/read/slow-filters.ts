import type { Timers } from '../../base/timers.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import { type FilterTimes, SLOW_PART, type SlowFilter } from '../route/filter-times.ts';

/** Pauses a subscription for a reason that its owner is told. */
export type RestSubscription = (
  appId: string,
  subscriptionId: string,
  reason: { readonly id: string; readonly message: string },
) => Promise<void>;

export interface SlowFilterPorts {
  readonly restSubscription: RestSubscription;
  readonly timers: Timers;
  readonly log: Log;
}

const LOOKS_PER_WINDOW = 6;

/** Looks for slow filters until the timer is cancelled, and rests the subscriptions of their streams. */
export function watchSlowFilters(ports: SlowFilterPorts, times: FilterTimes) {
  return ports.timers.every(times.windowMs / LOOKS_PER_WINDOW, () => {
    for (const slow of times.endWindow()) void rest(ports, slow);
  });
}

async function rest({ restSubscription, log }: SlowFilterPorts, { stream, part }: SlowFilter): Promise<void> {
  const { appId, subscriptionId, publicationName } = stream;
  const percent = Math.round(part * 100);
  const fields = { appId, subscriptionId, publication: publicationName, percent };
  try {
    await restSubscription(appId, subscriptionId, {
      id: 'slow-filter',
      message: `the filter of the stream to ${publicationName} took ${percent} % of a worker's time for a minute while others waited; expected at most ${SLOW_PART * 100} %. Make it simpler, and resume the subscription: nothing was dropped`,
    });
    log.write('SLOW_FILTER_RESTED', fields);
  } catch (error) {
    // The filter stays slow, and the next minute tries again; the feeds continue.
    log.write('SLOW_FILTER_NOT_RESTED', { ...fields, ...describeError(error) });
  }
}
