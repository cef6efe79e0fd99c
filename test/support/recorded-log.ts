import type { LogCode } from '../../src/telemetry/log-messages.ts';
import type { Log, LogFields } from '../../src/telemetry/logger.ts';

export interface LogEntry {
  readonly code: LogCode;
  readonly fields: LogFields;
}

/** A log that remembers what was written. */
export class RecordedLog implements Log {
  readonly entries: LogEntry[] = [];

  write(code: LogCode, fields: LogFields = {}): void {
    this.entries.push({ code, fields });
  }

  of(code: LogCode): LogFields[] {
    return this.entries.filter((entry) => entry.code === code).map((entry) => entry.fields);
  }
}
