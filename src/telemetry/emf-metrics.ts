import type { Clock } from '../base/clock.ts';
import {
  type FailureSplit,
  type FlushableMetrics,
  INSTALLATION_DIMENSION,
  METRICS,
  METRICS_NAMESPACE,
  type MetricName,
  SPLIT_DIMENSIONS,
} from './metrics.ts';

/** The most values of one metric that CloudWatch accepts in one line. */
export const EMF_VALUES_MAX = 100;

export interface EmfOptions {
  /** Value of the dimension `Installation`. */
  readonly installation: string;
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /**
   * A flush that holds only `EventsAccepted` may be delayed this long after the previous one. For `ingest`, where a
   * line per publish would add half the cost of the publish. If AWS ends the process meanwhile, that count is lost.
   */
  readonly acceptedHeldMs?: number;
  /**
   * Counts that are written as 0 together with others: an alarm on "m of the last n minutes" needs to see the good
   * minutes, and CloudWatch ignores minutes without a value.
   */
  readonly zeros?: readonly MetricName[];
}

type Value = number | readonly number[];

/**
 * Metrics as log lines in CloudWatch's Embedded Metric Format: CloudWatch extracts the numbers from the function's log,
 * without a request. An invocation writes one line; each split of `AttemptsFailed` needs its own line, because a line
 * has a single value per dimension.
 */
export class EmfMetrics implements FlushableMetrics {
  readonly #options: EmfOptions;
  #counts = new Map<MetricName, number>();
  #values = new Map<MetricName, number[]>();
  /** Keyed by stage and reason. */
  #failed = new Map<string, { readonly split: FailureSplit; count: number }>();
  /** When the first pending value was recorded; undefined while none is pending. */
  #sinceMs: number | undefined;
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  /** Busy functions declare the same metrics again and again, which costs as much as the rest of the line. */
  #lastNames: string | undefined;
  #lastDeclaration = '';

  constructor(options: EmfOptions) {
    this.#options = options;
  }

  count(name: MetricName, by = 1): void {
    if (by === 0) return;
    this.#sinceMs ??= this.#options.clock.now();
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  countFailed(split: FailureSplit, by = 1): void {
    if (by === 0) return;
    this.#sinceMs ??= this.#options.clock.now();
    const key = `${split.Stage} ${split.Reason}`;
    const entry = this.#failed.get(key);
    if (entry === undefined) this.#failed.set(key, { split, count: by });
    else entry.count += by;
  }

  measure(name: MetricName, value: number): void {
    this.#sinceMs ??= this.#options.clock.now();
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }

  flush(): void {
    const atMs = this.#sinceMs;
    if (atMs === undefined || this.#mayWait()) return;
    const counts = this.#counts;
    for (const name of this.#options.zeros ?? []) if (!counts.has(name)) counts.set(name, 0);
    const values = this.#values;
    const failed = this.#failed;
    this.#sinceMs = undefined;
    this.#counts = new Map();
    this.#values = new Map();
    this.#failed = new Map();
    this.#flushedAtMs = this.#options.clock.now();
    let longest = 0;
    for (const { length } of values.values()) longest = Math.max(longest, length);
    let line: [MetricName, Value][] = [...counts];
    let start = 0;
    do {
      for (const [name, all] of values) {
        if (start < all.length) line.push([name, all.slice(start, start + EMF_VALUES_MAX)]);
      }
      if (line.length > 0) this.#write(atMs, line);
      line = [];
      start += EMF_VALUES_MAX;
    } while (start < longest);
    for (const { split, count } of failed.values()) this.#write(atMs, [['AttemptsFailed', count]], split);
  }

  #mayWait(): boolean {
    const { acceptedHeldMs, clock } = this.#options;
    if (acceptedHeldMs === undefined || this.#counts.size !== 1 || !this.#counts.has('EventsAccepted')) {
      return false;
    }
    if (this.#values.size > 0 || this.#failed.size > 0) return false;
    const passedMs = clock.now() - this.#flushedAtMs;
    // A clock that was set back must not prolong the delay.
    return passedMs >= 0 && passedMs < acceptedHeldMs;
  }

  #write(atMs: number, metrics: readonly (readonly [MetricName, Value])[], split?: FailureSplit): void {
    const names = metrics.map(([name]) => name);
    let line = `{"_aws":{"Timestamp":${atMs},${this.#declared(names, split)}`;
    for (const [name, value] of metrics) line += `,"${name}":${JSON.stringify(value)}`;
    this.#options.write(`${line}}`);
  }

  /** What follows the time in a line: the metrics that CloudWatch finds in it, and their dimensions. */
  #declared(names: readonly MetricName[], split: FailureSplit | undefined): string {
    if (split !== undefined) return this.#declaration(names, split);
    const key = names.join();
    if (key !== this.#lastNames) {
      this.#lastNames = key;
      this.#lastDeclaration = this.#declaration(names, undefined);
    }
    return this.#lastDeclaration;
  }

  #declaration(names: readonly MetricName[], split: FailureSplit | undefined): string {
    const directive = {
      Namespace: METRICS_NAMESPACE,
      Dimensions: [
        [INSTALLATION_DIMENSION],
        ...(split === undefined ? [] : [[INSTALLATION_DIMENSION, ...SPLIT_DIMENSIONS]]),
      ],
      Metrics: names.map((name) => ({ Name: name, Unit: METRICS[name].unit })),
    };
    const dimensions = JSON.stringify({ [INSTALLATION_DIMENSION]: this.#options.installation, ...split });
    return `"CloudWatchMetrics":${JSON.stringify([directive])}},${dimensions.slice(1, -1)}`;
  }
}
