import { systemClock } from '../../base/clock.ts';
import { systemTimers } from '../../base/timers.ts';
import type { DeliveryHistory } from '../../domain/history/delivery-history.ts';
import type { LogReader } from '../../domain/history/log-reader.ts';
import { makeLogsClient } from './client.ts';
import { LogsDeliveryHistory } from './delivery-history.ts';
import { CloudWatchLogReader } from './log-reader.ts';

/**
 * The functions whose logs hold history: those that deliver events, and those that route them, which include `api` when
 * it starts a generator and `ingest` for inbound URLs. Each byte that is scanned costs.
 */
const HISTORY_FUNCTIONS = ['deliver', 'pubsub-poller', 'schedule', 'api', 'ingest'];

/** @param groups log groups by the names of the functions */
export function makeCloudWatchPorts(groups: ReadonlyMap<string, string>): {
  readonly history: DeliveryHistory;
  readonly logs: LogReader;
} {
  const client = makeLogsClient();
  return {
    history: new LogsDeliveryHistory({
      client,
      logGroups: HISTORY_FUNCTIONS.map((name) => groups.get(name)).filter((name) => name !== undefined),
      clock: systemClock,
      timers: systemTimers,
    }),
    logs: new CloudWatchLogReader(client, [...groups.values()], systemClock),
  };
}
