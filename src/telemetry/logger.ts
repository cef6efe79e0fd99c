import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { systemClock } from '../base/clock.ts';
import { EmfMetrics, type EmfOptions } from './emf-metrics.ts';
import { LOG_MESSAGES, type LogCode, type LogMessage } from './log-messages.ts';
import type { FlushableMetrics, Metrics } from './metrics.ts';

/** Logs catalogue messages with flat fields. Never whole objects, payloads or secrets. */
export interface Log {
  write(code: LogCode, fields?: LogFields): void;
}

export type LogFields = { readonly [name: string]: string | number | boolean | undefined };

type LineSink = (line: string) => void;
let lineSink: LineSink | undefined;

/**
 * Sends the lines of all logs of this process elsewhere than to standard output. For the local host, which keeps the
 * terminal for people and writes the log to a file.
 */
export function routeLogLines(sink: LineSink | undefined): void {
  lineSink = sink;
}

/** What a function says of itself: lines for people, and numbers. Both leave it as lines of its log. */
export interface Telemetry {
  readonly log: Log;
  readonly metrics: FlushableMetrics;
}

export interface TelemetrySettings {
  readonly logLevel: string | undefined;
  readonly installation: string;
}

export function makeTelemetry(
  functionName: string,
  { logLevel, installation }: TelemetrySettings,
  options: Pick<EmfOptions, 'acceptedHeldMs' | 'zeros'> = {},
): Telemetry {
  const metrics = new EmfMetrics({ installation, write: writeLine, clock: systemClock, ...options });
  return { log: makeLog(functionName, logLevel, metrics), metrics };
}

/** As it is: what `console` writes, Lambda would wrap, and CloudWatch not know for a metric. */
function writeLine(line: string): void {
  if (lineSink === undefined) process.stdout.write(`${line}\n`);
  else lineSink(line);
}

/** JSON lines, as CloudWatch Logs Insights reads them. */
function makeLog(functionName: string, level: string | undefined, metrics: Metrics): Log {
  const service = `sluice-${functionName}`;
  // Below, the level is ours to keep: Lambda's own filter stands at INFO (lib/constructs/service-function.ts).
  const logger = new PowertoolsLogger({ serviceName: service, logLevel: 'INFO' });
  const lowest = WEIGHTS[logLevel(level)];
  return {
    write(code, fields = {}) {
      const { level: at, text, counts = [] }: LogMessage = LOG_MESSAGES[code];
      // Whatever the level of the log: alarms stand on it.
      for (const name of counts) metrics.count(name);
      if (WEIGHTS[at] < lowest) return;
      const extra = { code, ...fields };
      if (lineSink !== undefined) {
        lineSink(
          JSON.stringify({
            timestamp: new Date().toISOString(),
            level: at,
            service,
            message: text,
            ...extra,
          }),
        );
        return;
      }
      if (at === 'ERROR') logger.error(text, extra);
      else if (at === 'WARN') logger.warn(text, extra);
      else logger.info(text, extra);
    },
  };
}

const WEIGHTS = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 } as const;

function logLevel(level: string | undefined): keyof typeof WEIGHTS {
  return level === 'DEBUG' || level === 'WARN' || level === 'ERROR' ? level : 'INFO';
}

/** For tests and benchmarks. */
export const silentLog: Log = { write: () => undefined };
