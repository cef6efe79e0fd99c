import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { INSTALLATION_DIMENSION, METRICS_NAMESPACE, SPLIT_DIMENSIONS } from '../../src/telemetry/metrics.ts';
import type { FunctionName } from '../bundle.ts';
import type { MetricSources } from './metric-sources.ts';

const MINUTES = 5;
const FUNCTIONS: readonly FunctionName[] = ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api'];

/** The operator's view: first what users notice, then its causes. */
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
    new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 }),
  );
  dashboard.addWidgets(
    graph('Events accepted, filtered, delivered', [
      sum('EventsAccepted'),
      sum('EventsFiltered'),
      sum('Delivered'),
    ]),
    graph('From acceptance to delivery, ms', [
      ...['p50', 'p99'].map((percentile) =>
        from.own('DeliveryTime', percentile, MINUTES).with({ label: `first attempt, ${percentile}` }),
      ),
      from.own('DeliveryTimeAfterRetry', 'p50', MINUTES).with({ label: 'after retries, p50' }),
    ]),
  );
  dashboard.addWidgets(
    graph('How deliveries that failed go on', [
      sum('Retried'),
      sum('Parked'),
      sum('Delayed'),
      sum('Held'),
      sum('Rejected'),
      sum('Exhausted'),
      sum('Dropped'),
      sum('DeliveryErrors'),
      sum('BreakersOpened'),
      sum('BreakersClosed'),
    ]),
    graph('Failed attempts by stage and reason', [failuresBySplit(installation)], [sum('AttemptsFailed')]),
  );
  dashboard.addWidgets(
    graph(
      'Deliveries waiting',
      [
        from.waitingDeliveries(MINUTES),
        from.deadDeliveries(MINUTES),
        from.waitingOrdered(MINUTES),
        from.deadOrdered(MINUTES),
      ],
      [from.oldestDeliverySeconds(MINUTES), from.oldestOrderedSeconds(MINUTES)],
    ),
    graph(
      'Publishes refused, logins failed',
      [sum('PublishesRefused'), from.throttledPublishes(MINUTES)],
      [sum('LoginsFailed')],
    ),
  );
  dashboard.addWidgets(
    graph('Feeds: furthest behind, oldest cursor, ms', [most('FeedLag')], [most('CursorAge')]),
    graph('Feeds: stopped, waiting for a worker', [
      most('FeedsStopped'),
      from.waitingPolls(MINUTES),
      from.deadPolls(MINUTES),
    ]),
  );
  dashboard.addWidgets(
    graph('For a person', [
      sum('FeedGaps'),
      sum('FeedErrors'),
      sum('EventsQuarantined'),
      sum('SubscriptionsRested'),
      sum('AuthorizationsDead'),
      sum('PublicationsDisabled'),
      sum('PublicationsDown'),
      sum('GeneratorRunsFailed'),
      sum('RequestsFailed'),
      sum('AppLogLinesDropped'),
      sum('ScheduleTasksFailed'),
    ]),
    graph('Event allocation used, %', [most('AllocationUsed')]),
  );
  const each = (metric: 'Invocations' | 'Errors' | 'Throttles') =>
    FUNCTIONS.map((name) => from.lambda(name, metric, MINUTES));
  dashboard.addWidgets(
    graph('Invocations', each('Invocations')),
    graph('Crashed and throttled invocations', each('Errors'), each('Throttles')),
  );
  dashboard.addWidgets(
    graph(
      'Longest run, ms',
      FUNCTIONS.map((name) => from.lambda(name, 'Duration', MINUTES, cloudwatch.Stats.MAXIMUM)),
    ),
    graph(
      'Running at once',
      FUNCTIONS.map((name) => from.lambda(name, 'ConcurrentExecutions', MINUTES, cloudwatch.Stats.MAXIMUM)),
    ),
  );
}

function graph(title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) {
  return new cloudwatch.GraphWidget({ title, left, right, width: 12, height: 6 });
}

/** The search finds every pair that occurred, and draws a line for each. */
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
