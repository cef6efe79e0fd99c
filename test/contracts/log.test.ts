import { afterEach, beforeEach, describe } from 'vitest';
import type { LogFields } from '../../src/telemetry/logger.ts';
import { makeTelemetry, routeLogLines } from '../../src/telemetry/logger.ts';
import { RecordedLog } from '../support/recorded-telemetry.ts';
import { logContract } from './log.contract.ts';

describe('log', () => {
  describe('of a function', () => {
    let lines: string[];
    beforeEach(() => {
      lines = [];
      routeLogLines((line) => lines.push(line));
    });
    afterEach(() => routeLogLines(undefined));

    logContract(() => ({
      log: makeTelemetry('test', { logLevel: 'DEBUG', installation: 'Test' }).log,
      entries: () => lines.map(entryOf),
    }));
  });

  describe('of a test', () => {
    let log: RecordedLog;
    beforeEach(() => {
      log = new RecordedLog();
    });
    logContract(() => ({ log, entries: () => log.entries }));
  });
});

function entryOf(line: string): { readonly code: unknown; readonly fields: LogFields } {
  const {
    code,
    timestamp: _timestamp,
    level: _level,
    service: _service,
    message: _message,
    ...fields
  } = JSON.parse(line);
  return { code, fields };
}
