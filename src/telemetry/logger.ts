import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { LOG_MESSAGES, type LogCode } from './log-messages.ts';

/** Logs catalogue messages with flat fields. Never whole objects, payloads or secrets. */
export interface Log {
  write(code: LogCode, fields?: LogFields): void;
}

export type LogFields = { readonly [name: string]: string | number | boolean | undefined };

/** JSON lines, as CloudWatch Logs Insights reads them. */
export function makeLog(functionName: string, level: string | undefined): Log {
  const logger = new PowertoolsLogger({ serviceName: `sluice-${functionName}`, logLevel: logLevel(level) });
  return {
    write(code, fields = {}) {
      const { level: at, text } = LOG_MESSAGES[code];
      const extra = { code, ...fields };
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
