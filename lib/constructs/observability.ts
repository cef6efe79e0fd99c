import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { LOG_MESSAGES, type LogCode } from '../../src/telemetry/log-messages.ts';
import type { FunctionName } from '../bundle.ts';
import type { InstallSettings } from '../install-settings.ts';
import type { ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ObservabilityProps {
  readonly settings: InstallSettings;
  readonly functions: { readonly [N in FunctionName]: ServiceFunction };
  readonly deliveries: WorkQueue;
  readonly polls: WorkQueue;
}

const FIVE_MINUTES = Duration.minutes(5);
/** Counts of the log are wanted by the minute or not at all. */
const ONE_MINUTE = Duration.minutes(1);

/** A delivery may lie on the queue for 15 minutes by its own delay; twice that means that nobody takes it. */
const OLDEST_DELIVERY_SECONDS_MAX = 1_800;
/** A wake-up call is taken within seconds; the next minute sends another. */
const OLDEST_POLL_SECONDS_MAX = 600;
/** One or two failed invocations are given again and heal themselves. */
const FAILED_INVOCATIONS_MAX = 3;
/** Lambda tries a throttled batch again by itself; this many mean that the account's concurrency is used up. */
const THROTTLED_INVOCATIONS_MAX = 10;
/** Salesforce forgets events after 72 hours: two days are left to act. */
const CURSOR_AGE_MS_MAX = 24 * 3_600_000;

interface AlarmDefinition {
  readonly id: string;
  /** What happened and what to do, for whoever is woken by it. */
  readonly description: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly comparison?: cloudwatch.ComparisonOperator;
  /** True where no data means that the thing itself has stopped. */
  readonly silenceIsBad?: boolean;
}

/** What an operator looks at, and what calls them. Everything here reads metrics and logs; nothing depends on it. */
export class Observability extends Construct {
  readonly alarmTopicArn: string;
  readonly #namespace: string;
  readonly #alarms: cloudwatch.Alarm[] = [];
  readonly #topic: sns.Topic;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { settings, functions, deliveries, polls } = props;
    this.#namespace = `Sluice/${settings.stackName}`;
    this.#topic = this.#alarmTopic(settings);
    this.alarmTopicArn = this.#topic.topicArn;

    const outcomes = this.#deliveryOutcomes(functions.deliver);
    const lag = this.#numberInLog(functions['pubsub-poller'], 'FeedLagMs', 'lagMs');
    const cursorAge = this.#numberInLog(functions['pubsub-poller'], 'CursorAgeMs', 'cursorAgeMs');
    this.#queueAlarms(deliveries, polls);
    this.#functionAlarms(functions);
    this.#logAlarms(functions);
    this.#alarm({
      id: 'CursorAge',
      description:
        'A feed was taken up whose cursor is a day old. Salesforce forgets events after 72 hours: see `sluice events:status`.',
      metric: cursorAge,
      threshold: CURSOR_AGE_MS_MAX,
    });
    this.#dashboard(props, { ...outcomes, lag, cursorAge });
  }

  #alarmTopic(settings: InstallSettings): sns.Topic {
    const topic = new sns.Topic(this, 'Alarms', {
      displayName: `${settings.stackName} alarms`,
      enforceSSL: true,
    });
    // A topic with a policy of its own loses the default one, by which the account's alarms may publish.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (settings.alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    return topic;
  }

  #alarm(definition: AlarmDefinition): void {
    const alarm = new cloudwatch.Alarm(this, definition.id, {
      alarmDescription: definition.description,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator:
        definition.comparison ?? cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData:
        definition.silenceIsBad === true
          ? cloudwatch.TreatMissingData.BREACHING
          : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.#topic));
    alarm.addOkAction(new SnsAction(this.#topic));
    this.#alarms.push(alarm);
  }

  #queueAlarms(deliveries: WorkQueue, polls: WorkQueue): void {
    this.#alarm({
      id: 'DeliveryDeadLetters',
      description:
        'Deliveries could not be read, failed for over an hour or killed their consumer: see `sluice events:dead-letters`.',
      metric: deliveries.deadLetters.metricApproximateNumberOfMessagesVisible({ period: ONE_MINUTE }),
      threshold: 1,
    });
    this.#alarm({
      id: 'PollDeadLetters',
      description:
        'Wake-up calls could not be read or killed their worker: see `sluice events:dead-letters`.',
      metric: polls.deadLetters.metricApproximateNumberOfMessagesVisible({ period: ONE_MINUTE }),
      threshold: 1,
    });
    this.#alarm({
      id: 'OldestDelivery',
      description:
        'Deliveries wait far longer than any delay of ours: see throttles and errors of functions/deliver.',
      metric: deliveries.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
      threshold: OLDEST_DELIVERY_SECONDS_MAX,
    });
    this.#alarm({
      id: 'OldestPoll',
      description: 'Feeds wait for a worker: see throttles and errors of functions/pubsub-poller.',
      metric: polls.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
      threshold: OLDEST_POLL_SECONDS_MAX,
    });
  }

  #functionAlarms(functions: ObservabilityProps['functions']): void {
    for (const { name, lambda } of Object.values(functions)) {
      this.#alarm({
        id: `Errors-${name}`,
        description: `functions/${name} fails or runs out of time: see its log.`,
        metric: lambda.metricErrors({ period: FIVE_MINUTES }),
        threshold: FAILED_INVOCATIONS_MAX,
      });
    }
    const throttles = Object.values(functions).map(({ lambda }) =>
      lambda.metricThrottles({ period: FIVE_MINUTES }),
    );
    this.#alarm({
      id: 'Throttles',
      description: "Lambda refuses invocations: the account's concurrency is used up; ask AWS for more.",
      metric: new cloudwatch.MathExpression({
        expression: throttles.map((_, index) => `t${index}`).join(' + '),
        usingMetrics: Object.fromEntries(throttles.map((metric, index) => [`t${index}`, metric])),
        label: 'Throttled invocations',
        period: FIVE_MINUTES,
      }),
      threshold: THROTTLED_INVOCATIONS_MAX,
    });
    this.#alarm({
      id: 'ClockStopped',
      description:
        'functions/schedule has not run for five minutes: retries, generators and feeds stand still.',
      metric: functions.schedule.lambda.metricInvocations({ period: FIVE_MINUTES }),
      threshold: 1,
      comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      silenceIsBad: true,
    });
  }

  /** Alarms on what the functions say of themselves. */
  #logAlarms(functions: ObservabilityProps['functions']): void {
    const { ingest, deliver, schedule, api } = functions;
    const poller = functions['pubsub-poller'];
    const talksToSalesforce = [deliver, poller, schedule, api];
    this.#logAlarm('AUTHORIZATION_DEAD', talksToSalesforce, 'its owner has to authorize the org again.');
    this.#logAlarm(
      'FEED_GAP',
      [poller],
      'see `sluice events:status` for where, and read the org again if it matters.',
    );
    this.#logAlarm('FEED_EVENT_UNDECODABLE', [poller], 'it is kept with its raw bytes; the feed goes on.');
    this.#logAlarm(
      'PUBLICATION_DISABLED',
      [deliver],
      'its deliveries are parked until its owner resumes it.',
    );
    this.#logAlarm('PUBLISH_QUEUE_REFUSED', [ingest], 'callers were asked to try again.');
    this.#logAlarm(
      'ALLOCATION_LOW',
      [schedule],
      'see `sluice events:status` for which; events beyond it wait until its window has rolled on.',
    );
    this.#logAlarm('REQUEST_FAILED', [ingest, api], 'the caller got a 500; the log says why.');
    this.#logAlarm('SCHEDULE_TASK_FAILED', [schedule], 'the log names the task.');
  }

  #logAlarm(code: LogCode, loggers: readonly ServiceFunction[], whatToDo: string): void {
    const metricName = pascalCase(code);
    for (const logger of loggers) {
      this.#countInLog(logger, metricName, logs.FilterPattern.stringValue('$.code', '=', code));
    }
    this.#alarm({
      id: metricName,
      description: `${sentenceCase(LOG_MESSAGES[code].text)}: ${whatToDo}`,
      metric: new cloudwatch.Metric({
        namespace: this.#namespace,
        metricName,
        statistic: cloudwatch.Stats.SUM,
        period: FIVE_MINUTES,
      }),
      threshold: 1,
    });
  }

  /** How attempts to deliver end, from their one log line each: a metric that is paid for once, however many apps there are. */
  #deliveryOutcomes(deliver: ServiceFunction): { readonly [name: string]: cloudwatch.Metric } {
    const outcomes = ['delivered', 'retry', 'rejected', 'exhausted'] as const;
    return Object.fromEntries(
      outcomes.map((outcome) => [
        outcome,
        this.#countInLog(
          deliver,
          `Deliveries${sentenceCase(outcome)}`,
          logs.FilterPattern.all(
            logs.FilterPattern.stringValue('$.code', '=', 'DELIVERY_ATTEMPTED'),
            logs.FilterPattern.stringValue('$.outcome', '=', outcome),
          ),
        ),
      ]),
    );
  }

  #countInLog(
    logger: ServiceFunction,
    metricName: string,
    filterPattern: logs.IFilterPattern,
  ): cloudwatch.Metric {
    return new logs.MetricFilter(this, `${logger.name}-${metricName}`, {
      logGroup: logger.logGroup,
      filterPattern,
      metricNamespace: this.#namespace,
      metricName,
      metricValue: '1',
    }).metric({ statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES });
  }

  /** The greatest value that a field of the log had. */
  #numberInLog(logger: ServiceFunction, metricName: string, field: string): cloudwatch.Metric {
    return new logs.MetricFilter(this, `${logger.name}-${metricName}`, {
      logGroup: logger.logGroup,
      filterPattern: logs.FilterPattern.numberValue(`$.${field}`, '>=', 0),
      metricNamespace: this.#namespace,
      metricName,
      metricValue: `$.${field}`,
      unit: cloudwatch.Unit.MILLISECONDS,
    }).metric({ statistic: cloudwatch.Stats.MAXIMUM, period: FIVE_MINUTES });
  }

  #dashboard(
    { functions, deliveries, polls }: ObservabilityProps,
    own: { readonly [name: string]: cloudwatch.Metric },
  ) {
    const all = Object.values(functions);
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 12, height: 6 });
    const present = (...names: string[]) =>
      names.map((name) => own[name]).filter((metric) => metric !== undefined);
    const of = (metric: (fn: lambda.Function) => cloudwatch.Metric) =>
      all.map(({ name, lambda }) => metric(lambda).with({ label: name, period: FIVE_MINUTES }));
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3) });
    dashboard.addWidgets(
      new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: this.#alarms, width: 24, height: 4 }),
    );
    dashboard.addWidgets(
      graph('How attempts to deliver ended', present('delivered', 'retry', 'rejected', 'exhausted')),
      graph(
        'Deliveries waiting, and how long the oldest has',
        [
          deliveries.queue.metricApproximateNumberOfMessagesVisible(),
          deliveries.deadLetters.metricApproximateNumberOfMessagesVisible(),
        ],
        [deliveries.queue.metricApproximateAgeOfOldestMessage()],
      ),
    );
    dashboard.addWidgets(
      graph('How far feeds are behind', present('lag'), present('cursorAge')),
      graph(
        'Feeds waiting for a worker',
        [
          polls.queue.metricApproximateNumberOfMessagesVisible(),
          polls.deadLetters.metricApproximateNumberOfMessagesVisible(),
        ],
        [polls.queue.metricApproximateAgeOfOldestMessage()],
      ),
    );
    dashboard.addWidgets(
      graph(
        'Invocations',
        of((fn) => fn.metricInvocations()),
      ),
      graph(
        'Failed and throttled invocations',
        of((fn) => fn.metricErrors()),
        of((fn) => fn.metricThrottles()),
      ),
    );
    dashboard.addWidgets(
      graph(
        'Longest run',
        of((fn) => fn.metricDuration({ statistic: cloudwatch.Stats.MAXIMUM })),
      ),
      graph(
        'Running at once',
        of((fn) => fn.metric('ConcurrentExecutions', { statistic: cloudwatch.Stats.MAXIMUM })),
      ),
    );
  }
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** FEED_GAP is FeedGap as a metric. */
function pascalCase(code: LogCode): string {
  return code
    .split('_')
    .map((word) => sentenceCase(word.toLowerCase()))
    .join('');
}
