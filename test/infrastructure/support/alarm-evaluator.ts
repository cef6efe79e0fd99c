import type { Template } from 'aws-cdk-lib/assertions';
import { evaluateMath } from './metric-math.ts';
import { resourcesOf } from './synthesize.ts';

/** Values of metrics, minute by minute. */
export class Series {
  readonly #values = new Map<string, Map<number, number[]>>();

  /** @param dimensions as in the template, with a `Ref` replaced by what it refers to */
  add(metric: MetricIdentity, minute: number, ...values: readonly number[]): void {
    const key = keyOf(metric);
    const minutes = this.#values.get(key) ?? new Map<number, number[]>();
    this.#values.set(key, minutes);
    minutes.set(minute, [...(minutes.get(minute) ?? []), ...values]);
  }

  /** All values of `length` minutes from `minute` on. */
  of(metric: MetricIdentity, minute: number, length: number): readonly number[] {
    const minutes = this.#values.get(keyOf(metric));
    if (minutes === undefined) return [];
    return Array.from({ length }, (_, offset) => minutes.get(minute + offset) ?? []).flat();
  }
}

export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Ring {
  readonly alarm: string;
  readonly topic: string;
  /** The first minute that was evaluated. */
  readonly minute: number;
}

interface MetricAlarm {
  readonly id: string;
  readonly topics: readonly string[];
  readonly periodMinutes: number;
  readonly valueAt: (series: Series, minute: number) => number | undefined;
  readonly isBreaching: (value: number) => boolean;
  readonly ofPeriods: number;
  readonly datapoints: number;
  readonly missing: string;
}

interface CompositeAlarm {
  readonly id: string;
  readonly topics: readonly string[];
  /** All of these must be in alarm. */
  readonly parts: readonly string[];
}

/**
 * Evaluates a template's alarms over written series as CloudWatch documents it ("Configuring how CloudWatch alarms treat
 * missing data"). The evaluation range is somewhat longer than the periods wanted; the most recent existing values in it
 * count, and missing ones are filled in only if there are too few of them.
 */
export class AlarmEvaluator {
  readonly #metricAlarms: readonly MetricAlarm[];
  readonly #compositeAlarms: readonly CompositeAlarm[];
  /** How many periods further back CloudWatch looks than it needs: the documentation does not say how many. */
  readonly #extraPeriods: number;

  constructor(template: Template, extraPeriods: number) {
    const resources = resourcesOf(template);
    this.#extraPeriods = extraPeriods;
    this.#metricAlarms = resources
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id, { Properties }]) => metricAlarm(id, Properties));
    this.#compositeAlarms = resources
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::CompositeAlarm')
      .map(([id, { Properties }]) => compositeAlarm(id, Properties));
  }

  /** Each notification from the alarms' creation at minute 0 on, once each time that an alarm begins. */
  ringsOf(series: Series, minutes: number): readonly Ring[] {
    const states = new Map<string, AlarmState>();
    const rings: Ring[] = [];
    const ring = ({ id, topics }: MetricAlarm | CompositeAlarm, minute: number) => {
      for (const topic of topics) rings.push({ alarm: shortId(id), topic: shortId(topic), minute });
    };
    for (let minute = 1; minute <= minutes; minute += 1) {
      const before = new Map(states);
      for (const alarm of this.#metricAlarms) {
        if (minute % alarm.periodMinutes !== 0) continue;
        const state = this.#stateOf(alarm, series, minute, before.get(alarm.id) ?? 'INSUFFICIENT_DATA');
        states.set(alarm.id, state);
        if (state === 'ALARM' && before.get(alarm.id) !== 'ALARM') ring(alarm, minute);
      }
      for (const composite of this.#compositeAlarms) {
        // Its parts change one after the other in an unknown order, so each may count with its old or its new state.
        const could = composite.parts.every((id) => states.get(id) === 'ALARM' || before.get(id) === 'ALARM');
        if (could && states.get(composite.id) !== 'ALARM') ring(composite, minute);
        states.set(composite.id, could ? 'ALARM' : 'OK');
      }
    }
    return rings;
  }

  #stateOf(alarm: MetricAlarm, series: Series, minute: number, state: AlarmState): AlarmState {
    const { periodMinutes, ofPeriods, datapoints, missing } = alarm;
    const range = Array.from({ length: ofPeriods + this.#extraPeriods }, (_, index) =>
      alarm.valueAt(series, minute - (index + 1) * periodMinutes),
    );
    const real = range.filter((value) => value !== undefined).slice(0, ofPeriods);
    const breaching = real.filter((value) => alarm.isBreaching(value)).length;
    const absent = ofPeriods - real.length;
    if (absent === 0) return breaching >= datapoints ? 'ALARM' : 'OK';
    switch (missing) {
      case 'breaching':
        return breaching + absent >= datapoints ? 'ALARM' : 'OK';
      case 'notBreaching':
        return breaching >= datapoints ? 'ALARM' : 'OK';
      case 'ignore':
        if (breaching >= datapoints) return 'ALARM';
        return breaching + absent < datapoints ? 'OK' : state;
      default:
        throw new Error(`expected the alarm to say what missing data means, found ${missing}`);
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: walks into CloudFormation
type Properties = any;

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

function metricAlarm(id: string, properties: Properties): MetricAlarm {
  const compare = COMPARISONS[properties.ComparisonOperator];
  if (compare === undefined)
    throw new Error(`expected a known comparison, found ${properties.ComparisonOperator}`);
  const queries: Properties[] = properties.Metrics ?? [
    {
      Id: 'only',
      ReturnData: true,
      MetricStat: {
        Metric: {
          Namespace: properties.Namespace,
          MetricName: properties.MetricName,
          Dimensions: properties.Dimensions,
        },
        Period: properties.Period,
        Stat: properties.Statistic ?? properties.ExtendedStatistic,
      },
    },
  ];
  const measured = queries.filter(({ MetricStat }) => MetricStat !== undefined);
  const periods = new Set(measured.map(({ MetricStat }) => MetricStat.Period / 60));
  const [periodMinutes] = periods;
  if (periodMinutes === undefined || periods.size > 1) throw new Error(`expected one period in ${id}`);
  const returned = queries.find(({ ReturnData }) => ReturnData !== false);
  return {
    id,
    topics: (properties.AlarmActions ?? []).map(({ Ref }: { Ref: string }) => Ref),
    periodMinutes,
    ofPeriods: properties.EvaluationPeriods,
    datapoints: properties.DatapointsToAlarm ?? properties.EvaluationPeriods,
    missing: properties.TreatMissingData,
    isBreaching: (value) => compare(value, properties.Threshold),
    valueAt: (series, minute) => {
      const values = new Map<string, number>();
      for (const { Id, MetricStat } of measured) {
        const samples = series.of(identityOf(MetricStat.Metric), minute, periodMinutes);
        const value = statisticOf(MetricStat.Stat, samples);
        if (value !== undefined) values.set(Id, value);
      }
      return returned?.Expression === undefined
        ? values.get(returned?.Id)
        : evaluateMath(returned.Expression, values);
    },
  };
}

/** `(ALARM("arn") AND ALARM("arn"))`, with the alarms' ARNs as the template writes them. */
function compositeAlarm(id: string, { AlarmRule, AlarmActions }: Properties): CompositeAlarm {
  const rule: string = AlarmRule['Fn::Join'][1]
    .map((part: string | { 'Fn::GetAtt': [string, string] }) =>
      typeof part === 'string' ? part : part['Fn::GetAtt'][0],
    )
    .join('');
  if (!/^\(ALARM\("\w+"\)(?: AND ALARM\("\w+"\))*\)$/.test(rule)) {
    throw new Error(`expected a rule of alarms joined by AND, found ${rule}`);
  }
  return {
    id,
    topics: AlarmActions.map(({ Ref }: { Ref: string }) => Ref),
    parts: [...rule.matchAll(/ALARM\("(\w+)"\)/g)].map(([, part = '']) => part),
  };
}

function identityOf({ Namespace, MetricName, Dimensions = [] }: Properties): MetricIdentity {
  const dimensions = Dimensions.map(({ Name, Value }: Properties) => [
    Name,
    typeof Value === 'string' ? Value : (Value.Ref ?? Value['Fn::GetAtt'][0]),
  ]);
  return { namespace: Namespace, name: MetricName, dimensions: Object.fromEntries(dimensions) };
}

function statisticOf(statistic: string, samples: readonly number[]): number | undefined {
  if (samples.length === 0) return undefined;
  if (statistic === 'Sum') return samples.reduce((sum, sample) => sum + sample, 0);
  if (statistic === 'Maximum') return Math.max(...samples);
  if (statistic === 'Minimum') return Math.min(...samples);
  const percent = /^p(\d+)$/.exec(statistic)?.[1];
  if (percent === undefined) throw new Error(`expected a known statistic, found ${statistic}`);
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((Number(percent) / 100) * sorted.length) - 1)];
}

function keyOf({ namespace, name, dimensions }: MetricIdentity): string {
  const parts = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return `${namespace}/${name}{${parts.toSorted().join(',')}}`;
}

/** Without the enclosing construct's name and CDK's hash. */
export function shortId(logicalId: string): string {
  return logicalId.replace(/^Observability/, '').replace(/[0-9A-F]{8}$/, '');
}
