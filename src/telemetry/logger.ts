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

/**
 * JSON lines, as CloudWatch Logs Insights reads them. Written by hand because a delivery has a line of its own, and a logger of a
 * library takes 8 µs for it, which is a sixth of what the delivery takes: this takes 2.4.
 */
function makeLog(functionName: string, level: string | undefined, metrics: Metrics): Log {
  const lowest = WEIGHTS[logLevel(level)];
  const service = `sluice-${functionName}`;
  /** What all lines of a code have in common, by code. */
  const heads = new Map<LogCode, string>();
  const headOf = (code: LogCode): string => {
    const known = heads.get(code);
    if (known !== undefined) return known;
    const { level: at, text } = LOG_MESSAGES[code];
    const head = JSON.stringify({ level: at, service, message: text, code }).slice(1, -1);
    heads.set(code, head);
    return head;
  };
  return {
    write(code, fields = {}) {
      const { level: at, counts = [] }: LogMessage = LOG_MESSAGES[code];
      // Whatever the level of the log: alarms stand on it.
      for (const name of counts) metrics.count(name);
      if (WEIGHTS[at] < lowest) return;
      const own = JSON.stringify(fields).slice(1);
      writeLine(
        `{"timestamp":"${new Date().toISOString()}",${headOf(code)}${own.length > 1 ? ',' : ''}${own}`,
      );
    },
  };
}

const WEIGHTS = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 } as const;

function logLevel(level: string | undefined): keyof typeof WEIGHTS {
  return level === 'DEBUG' || level === 'WARN' || level === 'ERROR' ? level : 'INFO';
}

/** For tests and benchmarks. */
export const silentLog: Log = { write: () => undefined };
