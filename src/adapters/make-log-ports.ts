import type { DeliveryHistory } from '../domain/history/delivery-history.ts';
import type { LogReader } from '../domain/history/log-reader.ts';
import type { LogPlace } from '../settings/read.ts';
import { LOG_FILES_PUT_ASIDE_MAX } from '../settings/runtime.ts';
import { FileLogReader } from './file/log-reader.ts';

/** @param kept the engine's own history, if it stores one */
export function makeLogPorts(
  place: LogPlace,
  kept: DeliveryHistory | undefined,
): { readonly history: DeliveryHistory; readonly logs: LogReader } {
  const groups = place.kind === 'groups' ? place.groups : new Map<string, string>();
  let loading: Promise<LogPorts> | undefined;
  const ofCloudWatch = () => {
    loading ??= loadLogPorts(groups);
    return loading;
  };
  return {
    history: kept ?? {
      find: async (appId, query) => (await ofCloudWatch()).history.find(appId, query),
      drops: async (appId, span) => (await ofCloudWatch()).history.drops(appId, span),
      rates: async (appId, span) => (await ofCloudWatch()).history.rates(appId, span),
    },
    logs:
      place.kind === 'file'
        ? new FileLogReader(place.path, LOG_FILES_PUT_ASIDE_MAX)
        : { read: async (query) => (await ofCloudWatch()).logs.read(query) },
  };
}

interface LogPorts {
  readonly history: DeliveryHistory;
  readonly logs: LogReader;
}

/** Loaded on demand: no other request needs this SDK, and every cold start would read it. */
async function loadLogPorts(groups: ReadonlyMap<string, string>): Promise<LogPorts> {
  const { makeCloudWatchPorts } = await import('./cloudwatch/ports.ts');
  return makeCloudWatchPorts(groups);
}
