import { ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricSources } from './metric-sources.ts';

/** Who is notified: `wake` somebody now, or `tomorrow` during working hours. */
export type Severity = 'wake' | 'tomorrow';

export interface AlarmDefinition {
  /** The heading of the alarm's section in docs/operations.md. */
  readonly id: string;
  readonly severity: Severity;
  /** Includes its statistic and its period. */
  readonly metric: IMetric;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** The alarm fires when this many of the last periods are above the threshold. A single bad period recovers by itself. */
  readonly datapoints: number;
  readonly ofPeriods: number;
  readonly missing: TreatMissingData;
  /** What the alarm means for the users of the installation. */
  readonly why: string;
  /** The first thing to do. */
  readonly whatToDo: string;
}

const HOUR_MS = 3_600_000;

/** A delivery may wait on the queue for 15 minutes because of its own delay. Twice that means that no consumer receives it. */
const OLDEST_DELIVERY_SECONDS = 1_800;
/** The longest time that 99 of 100 events may be on their way. */
const DELIVERY_TIME_MS = 5 * 60_000;
/** A worker that died is replaced within two minutes, so a longer pause has another cause. */
const FEED_LAG_MS = 10 * 60_000;
/** Salesforce keeps events for 72 hours: these leave two days, or one, to act. */
const CURSOR_AGE_MS = { tomorrow: 24 * HOUR_MS, wake: 48 * HOUR_MS } as const;
/** Fewer failures are the fault of one bad event or one receiver. */
const GIVEN_UP_COUNT = 11;
const GIVEN_UP_PERCENT = 1;
/** Half of all attempts for a quarter of an hour: several receivers fail, or the busiest one. */
const FAILING_PERCENT = 50;
const FAILING_COUNT = 10;
/** The dead-letter queue's alarm reports a single poison message among many others. */
const OUTAGE_PERCENT = 5;
const REFUSED_PERCENT = 1;
const THROTTLED_COUNT = 10;
/** The same percentages at which the log warns. */
const ALLOCATION_PERCENT = { tomorrow: 80, wake: 95 } as const;

const AT_LEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
const MORE_THAN = ComparisonOperator.GREATER_THAN_THRESHOLD;
/** Most metrics have no data while everything works. */
const QUIET = { missing: TreatMissingData.NOT_BREACHING, comparison: AT_LEAST } as const;
const ONCE = { datapoints: 1, ofPeriods: 1 } as const;

/**
 * Every alarm except `ClockStopped`, which is composed of two alarms (`clockParts`). docs/operations.md has a section for each.
 */
export function alarmDefinitions(from: MetricSources): readonly AlarmDefinition[] {
  return [...deliveryAlarms(from), ...publishAlarms(from), ...feedAlarms(from), ...upkeepAlarms(from)];
}

function deliveryAlarms(from: MetricSources): readonly AlarmDefinition[] {
  const sum = (name: Parameters<MetricSources['own']>[0], minutes: number) =>
    from.own(name, Stats.SUM, minutes);
  return [
    {
      ...QUIET,
      id: 'DeliveryOutage',
      severity: 'wake',
      metric: from.percent(sum('DeliveryErrors', 1), sum('Attempts', 1), 'deliveries that met an error, %'),
      threshold: OUTAGE_PERCENT,
      datapoints: 2,
      ofPeriods: 3,
      why: 'Deliveries fail because of a bug in Sluice, or because DynamoDB, KMS or SQS fails. They are kept and tried again.',
      whatToDo: 'Read DELIVERY_FAILED_UNEXPECTEDLY in the log of functions/deliver.',
    },
    {
      ...QUIET,
      id: 'DeliverCrashes',
      severity: 'wake',
      metric: from.percent(
        from.lambda('deliver', 'Errors', 1),
        from.lambda('deliver', 'Invocations', 1),
        'invocations that crashed, %',
      ),
      threshold: OUTAGE_PERCENT,
      datapoints: 2,
      ofPeriods: 3,
      why: 'functions/deliver crashes or runs out of time or memory. Its batches are kept and given again.',
      whatToDo: "Read the function's log from its last START of that time.",
    },
    {
      ...QUIET,
      id: 'DeliveriesLate',
      severity: 'wake',
      metric: from.own('DeliveryTime', 'p99', 1),
      threshold: DELIVERY_TIME_MS,
      datapoints: 3,
      ofPeriods: 5,
      why: 'Events reach their targets more than five minutes after they were accepted.',
      whatToDo: 'Look for a backlog: deliveries on the queue, throttles, and the duration of attempts.',
    },
    {
      ...QUIET,
      id: 'OldestDelivery',
      severity: 'wake',
      metric: from.oldestDeliverySeconds(1),
      threshold: OLDEST_DELIVERY_SECONDS,
      datapoints: 3,
      ofPeriods: 3,
      why: 'Deliveries have waited on the queue for half an hour: functions/deliver does not receive them, or not fast enough.',
      whatToDo: 'Check whether functions/deliver runs at all, and whether it is throttled.',
    },
    {
      ...QUIET,
      id: 'OldestOrderedDelivery',
      severity: 'wake',
      metric: from.oldestOrderedSeconds(1),
      threshold: OLDEST_DELIVERY_SECONDS,
      datapoints: 3,
      ofPeriods: 3,
      why: 'Deliveries of ordered streams have waited on their queue for half an hour: one key has more events than its receiver takes one after the other, or functions/deliver does not receive them.',
      whatToDo: 'Check whether functions/deliver runs and is throttled; then which receiver is slow.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'DeliveriesGivenUp',
      severity: 'tomorrow',
      metric: from.percentFrom(
        GIVEN_UP_COUNT,
        sum('GivenUp', 15),
        sum('Attempts', 15),
        'deliveries given up, % of attempts',
      ),
      comparison: MORE_THAN,
      threshold: GIVEN_UP_PERCENT,
      why: 'Deliveries ended without reaching their target: rejected, or exhausted after all retries. They can be listed and retried for seven days.',
      whatToDo: 'List them: `sluice events:deliveries --status rejected`, and `--status exhausted`.',
    },
    {
      ...QUIET,
      id: 'DeliveriesFailing',
      severity: 'tomorrow',
      metric: from.percentFrom(
        FAILING_COUNT,
        sum('AttemptsFailed', 5),
        sum('Attempts', 5),
        'failed attempts, %',
      ),
      threshold: FAILING_PERCENT,
      datapoints: 3,
      ofPeriods: 3,
      why: 'Half of all attempts fail at their targets. Each delivery is retried for two days.',
      whatToDo: 'The dashboard shows the reasons, the log the publications.',
    },
    {
      ...QUIET,
      id: 'DeliverThrottled',
      severity: 'tomorrow',
      metric: from.lambda('deliver', 'Throttles', 5),
      threshold: THROTTLED_COUNT,
      datapoints: 3,
      ofPeriods: 3,
      why: "Lambda refuses invocations of functions/deliver: the account's concurrency is used up. Deliveries wait.",
      whatToDo: 'Find the function in the account that uses it up, and ask AWS for a higher quota.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'DeliveryDeadLetters',
      severity: 'tomorrow',
      metric: from.deadDeliveries(1),
      threshold: 1,
      why: 'Deliveries could not be read, failed for over an hour, or killed their consumer. They are kept for 14 days.',
      whatToDo: 'List them with `sluice events:dead-letters`, fix the cause, and redrive them.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'OrderedDeadLetters',
      severity: 'tomorrow',
      metric: from.deadOrdered(1),
      threshold: 1,
      why: 'Deliveries of ordered streams could not be read, failed for over an hour, or killed their consumer. Later ones of their keys have passed them.',
      whatToDo:
        'List them with `sluice events:dead-letters --queue ordered`, fix the cause, and redrive them.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'PublicationDisabled',
      severity: 'tomorrow',
      metric: sum('PublicationsDisabled', 5),
      threshold: 1,
      why: 'A receiver answered 410 or took nothing for five days, or a token URL refused the client: the publication is disabled and its deliveries are parked.',
      whatToDo: 'Ask its owner; `sluice events:publications:resume` enables it again.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'PublicationDown',
      severity: 'tomorrow',
      metric: sum('PublicationsDown', 5),
      threshold: 1,
      why: 'A receiver has taken nothing for an hour. Its deliveries are parked, and one is tried every five minutes.',
      whatToDo: '`sluice events:status` says which, and the last error; tell its owner.',
    },
  ];
}

function publishAlarms(from: MetricSources): readonly AlarmDefinition[] {
  return [
    {
      ...QUIET,
      id: 'PublishesRefused',
      severity: 'wake',
      metric: from.percent(
        from.own('PublishesRefused', Stats.SUM, 1),
        from.lambda('ingest', 'Invocations', 1),
        'publishes answered 429 or 500, %',
      ),
      threshold: REFUSED_PERCENT,
      datapoints: 3,
      ofPeriods: 5,
      why: 'Apps get 429 or 500 when they publish: the queue does not accept events, or functions/ingest fails. Events that they do not send again are lost.',
      whatToDo: 'Read PUBLISH_QUEUE_REFUSED and PUBLISH_FAILED in the log of functions/ingest.',
    },
    {
      ...QUIET,
      id: 'PublishesThrottled',
      severity: 'wake',
      metric: from.throttledPublishes(1),
      threshold: THROTTLED_COUNT,
      datapoints: 3,
      ofPeriods: 5,
      why: "Apps are refused before functions/ingest sees their events: the limit on the rate, or the account's concurrency, is reached.",
      whatToDo: 'Find out who publishes so much, and raise the limit or the quota.',
    },
    {
      ...QUIET,
      id: 'IngestCrashes',
      severity: 'wake',
      metric: from.percent(
        from.lambda('ingest', 'Errors', 1),
        from.lambda('ingest', 'Invocations', 1),
        'invocations that crashed, %',
      ),
      threshold: REFUSED_PERCENT,
      datapoints: 2,
      ofPeriods: 3,
      why: 'functions/ingest crashes or runs out of time: apps are answered 5xx when they publish.',
      whatToDo: "Read the function's log.",
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'ApiFailing',
      severity: 'tomorrow',
      metric: from.own('RequestsFailed', Stats.SUM, 15),
      threshold: 3,
      why: 'Requests to the management API are answered with 500. Events still flow.',
      whatToDo: 'Read REQUEST_FAILED in the log of functions/api.',
    },
    {
      ...QUIET,
      id: 'ApiCrashes',
      severity: 'tomorrow',
      metric: from.lambda('api', 'Errors', 5),
      threshold: 1,
      datapoints: 2,
      ofPeriods: 3,
      why: 'functions/api crashes or times out. Events still flow.',
      whatToDo: "Read the function's log.",
    },
  ];
}

function feedAlarms(from: MetricSources): readonly AlarmDefinition[] {
  return [
    {
      ...QUIET,
      id: 'FeedStopped',
      severity: 'wake',
      metric: from.own('FeedsStopped', Stats.MAXIMUM, 1),
      threshold: 1,
      datapoints: 3,
      ofPeriods: 3,
      why: 'A feed has stopped and does not restart by itself. Salesforce keeps its events for 72 hours.',
      whatToDo: '`sluice events:status` says which, and why.',
    },
    {
      ...QUIET,
      id: 'FeedLag',
      severity: 'wake',
      metric: from.own('FeedLag', Stats.MAXIMUM, 1),
      threshold: FEED_LAG_MS,
      datapoints: 5,
      ofPeriods: 5,
      why: 'Events from Salesforce arrive more than ten minutes late.',
      whatToDo: '`sluice events:status` says which feed is behind, and why.',
    },
    {
      ...QUIET,
      id: 'FeedsWithoutWorker',
      severity: 'wake',
      metric: from.waitingPolls(1, Stats.MINIMUM),
      threshold: 1,
      datapoints: 10,
      ofPeriods: 10,
      why: 'Feeds wait for a worker: functions/pubsub-poller does not receive the wake-up calls.',
      whatToDo: 'Check whether functions/pubsub-poller runs, and whether it is throttled.',
    },
    {
      ...QUIET,
      id: 'PollerCrashes',
      severity: 'wake',
      metric: from.lambda('pubsub-poller', 'Errors', 5),
      threshold: 1,
      // A session lasts 13 minutes, so one that always dies at its end fails in two of six periods.
      datapoints: 2,
      ofPeriods: 6,
      why: 'Sessions of functions/pubsub-poller crash again and again. Other workers read their feeds, with a delay each time.',
      whatToDo: "Read the function's log before it ends: an error, its memory, or its time.",
    },
    {
      ...QUIET,
      id: 'FeedErrors',
      severity: 'tomorrow',
      metric: from.own('FeedErrors', Stats.SUM, 5),
      threshold: 1,
      // A feed whose session failed is retried within five minutes: a bug shows in every period, a passing fault in one.
      datapoints: 3,
      ofPeriods: 6,
      why: 'Feed sessions or feed workers fail again and again with internal errors. They are retried; a feed that falls behind triggers FeedLag.',
      whatToDo: 'Read FEED_SESSION_FAILED and FEED_WORKER_FAILED in the log of functions/pubsub-poller.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'CursorOld',
      severity: 'tomorrow',
      metric: from.own('CursorAge', Stats.MAXIMUM, 5),
      threshold: CURSOR_AGE_MS.tomorrow,
      why: 'A feed has not moved for a day. In two more days Salesforce refuses its cursor, and events are lost.',
      whatToDo: '`sluice events:status` says which, and why.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'CursorTooOld',
      severity: 'wake',
      metric: from.own('CursorAge', Stats.MAXIMUM, 5),
      threshold: CURSOR_AGE_MS.wake,
      why: 'A feed has not moved for two days. In one more day Salesforce refuses its cursor, and events are lost.',
      whatToDo: '`sluice events:status` says which, and why.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'FeedGap',
      severity: 'tomorrow',
      metric: from.own('FeedGaps', Stats.SUM, 5),
      threshold: 1,
      why: 'A feed may have missed events: Salesforce refused its cursor, or left changes out itself.',
      whatToDo: '`sluice events:status` shows where; read the records again if it matters.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'EventQuarantined',
      severity: 'tomorrow',
      metric: from.own('EventsQuarantined', Stats.SUM, 5),
      threshold: 1,
      why: 'An event could not be decoded. It is kept with its raw bytes, and the feed goes on.',
      whatToDo: '`sluice events:quarantine` lists it.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'PollDeadLetters',
      severity: 'tomorrow',
      metric: from.deadPolls(1),
      threshold: 1,
      why: 'Wake-up calls could not be read or killed their worker. The schedule has sent new ones meanwhile.',
      whatToDo: 'Look at `sluice events:dead-letters`, and the log of functions/pubsub-poller.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'AuthorizationDead',
      severity: 'tomorrow',
      metric: from.own('AuthorizationsDead', Stats.SUM, 5),
      threshold: 1,
      why: 'An org withdrew its authorization, or it expired: nothing is read from the org or published to it.',
      whatToDo:
        'Its owner must authorize again under the same alias; `sluice events:authorizations` says why.',
    },
    ...(['tomorrow', 'wake'] as const).map(
      (severity): AlarmDefinition => ({
        ...QUIET,
        ...ONCE,
        id: severity === 'wake' ? 'AllocationNearlyUsed' : 'AllocationLow',
        severity,
        metric: from.own('AllocationUsed', Stats.MAXIMUM, 15),
        threshold: ALLOCATION_PERCENT[severity],
        why: `An org has used ${ALLOCATION_PERCENT[severity]} % of an event allocation. Beyond it events wait until its window has rolled on.`,
        whatToDo: '`sluice events:status` says which org, and which allocation.',
      }),
    ),
  ];
}

function upkeepAlarms(from: MetricSources): readonly AlarmDefinition[] {
  return [
    {
      ...QUIET,
      id: 'ScheduleTaskFailing',
      severity: 'wake',
      metric: from.own('ScheduleTasksFailed', Stats.SUM, 1),
      threshold: 1,
      datapoints: 3,
      ofPeriods: 5,
      why: 'A task of the schedule fails every minute: late retries, generators, or feeds without a worker stand still.',
      whatToDo: 'Read SCHEDULE_TASK_FAILED in the log of functions/schedule: it names the task.',
    },
    {
      ...QUIET,
      id: 'ScheduleCrashes',
      severity: 'wake',
      metric: from.lambda('schedule', 'Errors', 1),
      threshold: 1,
      datapoints: 3,
      ofPeriods: 5,
      why: 'functions/schedule crashes or runs out of its minute: late retries, generators and feeds without a worker stand still.',
      whatToDo: "Read the function's log.",
    },
  ];
}

type Part = Pick<
  AlarmDefinition,
  'metric' | 'comparison' | 'threshold' | 'datapoints' | 'ofPeriods' | 'missing' | 'why'
>;

/** `ClockStopped` fires when the schedule is silent and has run before. */
export const CLOCK_STOPPED = {
  id: 'ClockStopped',
  severity: 'wake',
  why: 'functions/schedule has not run for five minutes: late retries, generators and feeds without a worker stand still, and feeds are not measured.',
  whatToDo: 'Check whether the rule is enabled, and whether the function is throttled.',
} as const satisfies Pick<AlarmDefinition, 'id' | 'severity' | 'why' | 'whatToDo'>;

/**
 * On a first deployment the schedule is silent, and that is no fault. Silence alone therefore does not fire: a second alarm
 * starts once the schedule has run five times, and never ends. Neither notifies anybody by itself.
 */
export function clockParts(from: MetricSources): { readonly silent: Part; readonly hasRun: Part } {
  const metric = from.lambda('schedule', 'Invocations', 1);
  return {
    silent: {
      metric,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      datapoints: 5,
      ofPeriods: 5,
      missing: TreatMissingData.BREACHING,
      why: 'functions/schedule has not run for five minutes. Part of ClockStopped.',
    },
    hasRun: {
      metric,
      comparison: AT_LEAST,
      threshold: 1,
      datapoints: 5,
      ofPeriods: 5,
      missing: TreatMissingData.IGNORE,
      why: 'Stays in alarm once functions/schedule has run: not a fault, but a part of ClockStopped.',
    },
  };
}
