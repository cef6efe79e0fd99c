import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { INSTALLATION_DIMENSION, METRICS_NAMESPACE, SPLIT_DIMENSIONS } from '../../src/telemetry/metrics.ts';
import type { FunctionName } from '../bundle.ts';
import type { MetricSources } from './metric-sources.ts';

const MINUTES = 5;
const FUNCTIONS: readonly FunctionName[] = ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api'];

/** Four columns, in the direction of an event: in, through filters, onto the queue, out. */
const COLUMN_WIDTH = 6;

/**
 * The operator's view. Its first row follows the events from left to right; below each graph are the graphs that
 * explain it; at the end are the functions. Each title is the question that the graph answers.
 */
export function makeDashboard(
  scope: Construct,
  from: MetricSources,
  installation: string,
  alarms: readonly cloudwatch.IAlarm[],
): void {
  const sum = (name: Parameters<MetricSources['own']>[0]) => from.own(name, cloudwatch.Stats.SUM, MINUTES);
  const most = (name: Parameters<MetricSources['own']>[0]) =>
    from.own(name, cloudwatch.Stats.MAXIMUM, MINUTES);
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', { defaultInterval: Duration.hours(3) });
  dashboard.addWidgets(
    new cloudwatch.AlarmStatusWidget({
      title: 'Does an alarm ring?',
      alarms: [...alarms],
      width: 24,
      height: 4,
    }),
  );
  dashboard.addWidgets(
    heading('In →'),
    heading('through filters →'),
    heading('onto the queue →'),
    heading('out'),
  );
  dashboard.addWidgets(
    graph('Do events come in?', [sum('EventsAccepted')]),
    graph('How many do filters drop?', [sum('EventsFiltered')]),
    graph(
      'Do deliveries wait?',
      [from.waitingDeliveries(MINUTES), from.waitingOrdered(MINUTES)],
      [from.oldestDeliverySeconds(MINUTES), from.oldestOrderedSeconds(MINUTES)],
    ),
    graph(
      'Do they arrive, and how soon (ms)?',
      [sum('Delivered')],
      [
        ...['p50', 'p99'].map((percentile) =>
          from.own('DeliveryTime', percentile, MINUTES).with({ label: `first attempt, ${percentile}` }),
        ),
        from.own('DeliveryTimeAfterRetry', 'p50', MINUTES).with({ label: 'after retries, p50' }),
      ],
    ),
  );
  dashboard.addWidgets(
    graph(
      'Is Salesforce read in time (ms behind, ms since the cursor)?',
      [most('FeedLag')],
      [most('CursorAge')],
    ),
    graph('Why do attempts fail?', [failuresBySplit(installation)], [sum('AttemptsFailed')]),
    graph('What becomes of those that fail?', [
      sum('Retried'),
      sum('Parked'),
      sum('Delayed'),
      sum('Held'),
      sum('Rejected'),
      sum('Exhausted'),
      sum('Dropped'),
    ]),
    graph('Are receivers down?', [
      sum('BreakersOpened'),
      sum('BreakersClosed'),
      sum('PublicationsDown'),
      sum('PublicationsDisabled'),
    ]),
  );
  dashboard.addWidgets(
    graph('Do feeds stand still?', [most('FeedsStopped'), from.waitingPolls(MINUTES)]),
    graph(
      'Who is turned away?',
      [sum('PublishesRefused'), from.throttledPublishes(MINUTES)],
      [sum('LoginsFailed')],
    ),
    graph('Does Sluice itself fail?', [
      sum('DeliveryErrors'),
      sum('FeedErrors'),
      sum('ScheduleTasksFailed'),
      sum('RequestsFailed'),
      from.deadDeliveries(MINUTES),
      from.deadOrdered(MINUTES),
      from.deadPolls(MINUTES),
    ]),
    graph(
      'What waits for a person, and does an org run out (%)?',
      [
        sum('FeedGaps'),
        sum('EventsQuarantined'),
        sum('SubscriptionsRested'),
        sum('AuthorizationsDead'),
        sum('GeneratorRunsFailed'),
        sum('AppLogLinesDropped'),
      ],
      [most('AllocationUsed')],
    ),
  );
  const each = (metric: 'Invocations' | 'Errors' | 'Throttles') =>
    FUNCTIONS.map((name) => from.lambda(name, metric, MINUTES));
  dashboard.addWidgets(
    graph('Do the functions run?', each('Invocations')),
    graph('Do they crash, or are they throttled?', each('Errors'), each('Throttles')),
    graph(
      'How long is the longest run (ms)?',
      FUNCTIONS.map((name) => from.lambda(name, 'Duration', MINUTES, cloudwatch.Stats.MAXIMUM)),
    ),
    graph(
      'How many run at once?',
      FUNCTIONS.map((name) => from.lambda(name, 'ConcurrentExecutions', MINUTES, cloudwatch.Stats.MAXIMUM)),
    ),
  );
}

function heading(text: string) {
  return new cloudwatch.TextWidget({ markdown: `### ${text}`, width: COLUMN_WIDTH, height: 1 });
}

function graph(title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) {
  return new cloudwatch.GraphWidget({ title, left, right, width: COLUMN_WIDTH, height: 6 });
}

/** The search finds every pair that occurred and draws a line for each. */
function failuresBySplit(installation: string): cloudwatch.MathExpression {
  const schema = [METRICS_NAMESPACE, INSTALLATION_DIMENSION, ...SPLIT_DIMENSIONS].join(',');
  const search = `{${schema}} MetricName="AttemptsFailed" ${INSTALLATION_DIMENSION}="${installation}"`;
  return new cloudwatch.MathExpression({
    expression: `SEARCH('${search}', 'Sum', ${MINUTES * 60})`,
    usingMetrics: {},
    label: '',
    period: Duration.minutes(MINUTES),
  });
}
