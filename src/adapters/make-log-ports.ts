import { systemClock } from '../base/clock.ts';
import { systemTimers } from '../base/timers.ts';
import type { DeliveryHistory } from '../domain/history/delivery-history.ts';
import type { LogReader } from '../domain/history/log-reader.ts';
import type { LogPlace } from '../settings/read.ts';
import { LOG_FILES_PUT_ASIDE_MAX } from '../settings/runtime.ts';
import { makeLogsClient } from './cloudwatch/client.ts';
import { LogsDeliveryHistory } from './cloudwatch/delivery-history.ts';
import { CloudWatchLogReader } from './cloudwatch/log-reader.ts';
import { FileLogReader } from './file/log-reader.ts';

/**
 * The functions whose logs hold history: who delivers events, and who routes them, which `api` does where it starts a generator.
 * Each byte that is looked through costs.
 */
const HISTORY_FUNCTIONS = ['deliver', 'pubsub-poller', 'schedule', 'api'];

/** @param kept of the engine, where it keeps history itself */
export function makeLogPorts(
  place: LogPlace,
  kept: DeliveryHistory | undefined,
): { readonly history: DeliveryHistory; readonly logs: LogReader } {
  const client = makeLogsClient();
  const groups = place.kind === 'groups' ? place.groups : new Map<string, string>();
  return {
    history:
      kept ??
      new LogsDeliveryHistory({
        client,
        logGroups: HISTORY_FUNCTIONS.map((name) => groups.get(name)).filter((name) => name !== undefined),
        clock: systemClock,
        timers: systemTimers,
      }),
    logs:
      place.kind === 'file'
        ? new FileLogReader(place.path, LOG_FILES_PUT_ASIDE_MAX)
        : new CloudWatchLogReader(client, [...groups.values()], systemClock),
  };
}
