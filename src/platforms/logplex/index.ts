import type { AppCountStore } from '../../domain/app-log/app-count-store.ts';
import { AppLog, type AppLogPorts, SEND_TIMEOUT_MS } from '../../pipeline/app-log/app-log.ts';
import { HerokuInputs, type HerokuInputsPorts } from '../../pipeline/app-log/heroku-inputs.ts';
import type { Telemetry } from '../../telemetry/logger.ts';
import { LogplexSender } from './sender.ts';

export interface HerokuAppLogPorts
  extends Pick<HerokuInputsPorts, 'secrets' | 'freshUrl'>,
    Pick<AppLogPorts, 'clock' | 'timers'> {
  readonly stores: {
    readonly herokuResources: HerokuInputsPorts['resources'];
    readonly appCounts: Pick<AppCountStore, 'add'>;
  };
  readonly telemetry: Telemetry;
}

export interface HerokuAppLogSettings {
  /** Undefined if nothing is written to the logs of apps. */
  readonly herokuLogSamples: number | undefined;
  readonly allowLoopback: boolean;
}

/** A function's logs and metrics and, if enabled, messages to the owners of Heroku apps in the logs of their apps. */
export function withHerokuAppLog(
  { herokuLogSamples: samplesPerMinute, allowLoopback }: HerokuAppLogSettings,
  { stores, secrets, freshUrl, clock, timers, telemetry }: HerokuAppLogPorts,
): Telemetry & { readonly appLog: AppLog | undefined } {
  const { log, metrics } = telemetry;
  if (samplesPerMinute === undefined) return { log, metrics, appLog: undefined };
  const inputs = new HerokuInputs({ resources: stores.herokuResources, secrets, freshUrl });
  const sender = new LogplexSender({ addresses: { allowLoopback }, clock, timeoutMs: SEND_TIMEOUT_MS });
  const appLog = new AppLog({
    inputsOf: (appId) => inputs.of(appId),
    renewed: (_appId, input) => inputs.renewed(input),
    send: (appId, { url, source }, lines) => {
      const tag = source.toLowerCase();
      return sender.send(
        appId,
        url,
        lines.map((line) => ({ ...line, tag })),
      );
    },
    counts: stores.appCounts,
    clock,
    timers,
    log,
    metrics,
    samplesPerMinute,
  });
  return { log: appLog.hearing(log), metrics, appLog };
}
