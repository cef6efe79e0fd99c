import type { LogCode } from '../../src/telemetry/log-messages.ts';
import type { Log, LogFields } from '../../src/telemetry/logger.ts';
import type { CountName, FailureSplit, MeasureName, Metrics } from '../../src/telemetry/metrics.ts';

export interface LogEntry {
  readonly code: LogCode;
  readonly fields: LogFields;
}

export class RecordedLog implements Log {
  readonly entries: LogEntry[] = [];
  write(code: LogCode, fields: LogFields = {}): void {
    this.entries.push({ code, fields });
  }
  of(code: LogCode): LogFields[] {
    return this.entries.filter((entry) => entry.code === code).map((entry) => entry.fields);
  }
}

export class RecordedMetrics implements Metrics {
  readonly counts: { [N in CountName]?: number } = {};
  /** Failed attempts by stage and reason, such as `send timeout`. */
  readonly failed: { [split: string]: number } = {};
  readonly values: { [N in MeasureName]?: number[] } = {};

  count(name: CountName, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  countFailed({ Stage, Reason }: FailureSplit, by = 1): void {
    const key = `${Stage} ${Reason}`;
    this.failed[key] = (this.failed[key] ?? 0) + by;
  }

  measure(name: MeasureName, value: number): void {
    this.values[name] = [...(this.values[name] ?? []), value];
  }
}
