import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { LOG_MESSAGES, type LogCode } from './log-messages.ts';

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

/** JSON lines, as CloudWatch Logs Insights reads them. */
export function makeLog(functionName: string, level: string | undefined): Log {
  const service = `sluice-${functionName}`;
  const logger = new PowertoolsLogger({ serviceName: service, logLevel: logLevel(level) });
  return {
    write(code, fields = {}) {
      const { level: at, text } = LOG_MESSAGES[code];
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

function logLevel(level: string | undefined): 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' {
  return level === 'DEBUG' || level === 'WARN' || level === 'ERROR' ? level : 'INFO';
}

/** For tests and benchmarks. */
export const silentLog: Log = { write: () => undefined };
