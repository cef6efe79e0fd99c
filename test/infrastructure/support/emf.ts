import { METRICS_NAMESPACE } from '../../../src/telemetry/metrics.ts';

export interface WrittenMetric {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  readonly atMs: number;
}

const UNITS = new Set(['Count', 'Milliseconds', 'Percent']);
const VALUES_MAX = 100;

/**
 * The metrics that CloudWatch extracts from a log line, by its specification of the Embedded Metric Format; none from a
 * line in another format. Throws for what CloudWatch would drop.
 */
export function metricsOf(line: string): readonly WrittenMetric[] {
  const root = JSON.parse(line);
  if (root._aws === undefined) return [];
  const { Timestamp, CloudWatchMetrics } = root._aws;
  if (!Number.isInteger(Timestamp)) throw new Error(`expected a timestamp in ${line}`);
  const written: WrittenMetric[] = [];
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    if (Namespace !== METRICS_NAMESPACE) throw new Error(`expected our namespace in ${line}`);
    for (const names of Dimensions as string[][]) {
      if (names.length === 0) throw new Error(`expected a dimension in ${line}`);
      const dimensions = Object.fromEntries(names.map((name) => [name, textOf(root[name], line)]));
      for (const { Name, Unit } of Metrics) {
        const values: unknown[] = Array.isArray(root[Name]) ? root[Name] : [root[Name]];
        if (
          !UNITS.has(Unit) ||
          values.length > VALUES_MAX ||
          values.some((each) => typeof each !== 'number')
        ) {
          throw new Error(`expected numbers and their unit for ${Name} in ${line}`);
        }
        written.push({ name: Name, unit: Unit, dimensions, values: values.map(Number), atMs: Timestamp });
      }
    }
  }
  return written;
}

function textOf(value: unknown, line: string): string {
  if (typeof value !== 'string' || value === '')
    throw new Error(`expected the value of each dimension in ${line}`);
  return value;
}
