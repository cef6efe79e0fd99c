import { ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricSources } from './metric-sources.ts';

/** Who is told: `wake` somebody at once, or `tomorrow` in working hours. */
export type Severity = 'wake' | 'tomorrow';

export interface AlarmDefinition {
  /** Heading of its section in docs/operations.md. */
  readonly id: string;
  readonly severity: Severity;
  /** With its statistic and its period. */
  readonly metric: IMetric;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** It rings when so many of the last periods are over the threshold: a single one heals itself. */
  readonly datapoints: number;
  readonly ofPeriods: number;
  readonly missing: TreatMissingData;
  /** What it means for those who use the installation. */
  readonly why: string;
  /** The first thing to do. */
  readonly whatToDo: string;
}

const HOUR_MS = 3_600_000;

/** A delivery may lie on the queue for 15 minutes by its own delay; twice that means that nobody takes it. */
const OLDEST_DELIVERY_SECONDS = 1_800;
/** What an event may take on its way at most, for 99 of 100. */
const DELIVERY_TIME_MS = 5 * 60_000;
/** A worker that died is replaced within two minutes; this is no such pause. */
const FEED_LAG_MS = 10 * 60_000;
/** Salesforce forgets events after 72 hours: two days are left to act, or one. */
const CURSOR_AGE_MS = { tomorrow: 24 * HOUR_MS, wake: 48 * HOUR_MS } as const;
/** Fewer are the fault of one bad event or one receiver. */
const GIVEN_UP_COUNT = 11;
const GIVEN_UP_PERCENT = 1;
/** Half of all attempts, for a quarter of an hour: more than one receiver, or the greatest. */
const FAILING_PERCENT = 50;
const FAILING_COUNT = 10;
/** A poison message among many others is for the dead-letter queue to tell of. */
const OUTAGE_PERCENT = 5;
const REFUSED_PERCENT = 1;
const THROTTLED_COUNT = 10;
/** The same steps at which the log warns. */
const ALLOCATION_PERCENT = { tomorrow: 80, wake: 95 } as const;

const AT_LEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
const MORE_THAN = ComparisonOperator.GREATER_THAN_THRESHOLD;
/** Most metrics say nothing while all is well. */
const QUIET = { missing: TreatMissingData.NOT_BREACHING, comparison: AT_LEAST } as const;
const ONCE = { datapoints: 1, ofPeriods: 1 } as const;

/** Every alarm but `ClockStopped`, which is made of two of `clockParts`. docs/operations.md has a section for each. */
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
      why: 'Deliveries fail by a fault of ours, or because DynamoDB, KMS or SQS fails. They are kept and given again.',
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
      whatToDo: 'Look for a backlog: deliveries on the queue, throttles, and how long an attempt takes.',
    },
    {
      ...QUIET,
      id: 'OldestDelivery',
      severity: 'wake',
      metric: from.oldestDeliverySeconds(1),
      threshold: OLDEST_DELIVERY_SECONDS,
      datapoints: 3,
      ofPeriods: 3,
      why: 'Deliveries have waited on the queue for half an hour: nobody takes them, or not fast enough.',
      whatToDo: 'See whether functions/deliver runs at all, and whether it is throttled.',
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
      why: 'Deliveries end without having reached their target: rejected, or exhausted after every retry. They can be listed and tried again for seven days.',
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
      why: 'Half of all attempts fail at their targets. They are tried again over two days.',
      whatToDo: 'See by which reason on the dashboard, and at which publication in the log.',
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
      whatToDo: 'See which function of the account takes it, and ask AWS for a higher quota.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'DeliveryDeadLetters',
      severity: 'tomorrow',
      metric: from.deadDeliveries(1),
      threshold: 1,
      why: 'Deliveries could not be read, failed for over an hour or killed their consumer. They are kept for 14 days.',
      whatToDo: 'See `sluice events:dead-letters`; mend the cause, and redrive them.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'PublicationDisabled',
      severity: 'tomorrow',
      metric: sum('PublicationsDisabled', 5),
      threshold: 1,
      why: 'A receiver answered 410: its publication is disabled and its deliveries are parked.',
      whatToDo: 'Ask its owner; `sluice events:publications:resume` sets it going again.',
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
      why: 'Apps are answered 429 or 500 when they publish: the queue does not take events, or functions/ingest fails. What they do not send again is lost.',
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
      whatToDo: 'See who publishes so much, and raise the limit or the quota.',
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
      why: 'Requests to the management API are answered 500. Events flow all the same.',
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
      why: 'functions/api crashes or runs out of time. Events flow all the same.',
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
      why: 'A feed has stopped and does not start again by itself. Salesforce keeps its events for 72 hours.',
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
      why: 'Events of Salesforce come more than ten minutes late.',
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
      why: 'Feeds wait for a worker: nobody takes the wake-up calls.',
      whatToDo: 'See whether functions/pubsub-poller runs, and whether it is throttled.',
    },
    {
      ...QUIET,
      id: 'PollerCrashes',
      severity: 'wake',
      metric: from.lambda('pubsub-poller', 'Errors', 5),
      threshold: 1,
      // A session is 13 minutes: one that dies at its end each time fails in two of six periods.
      datapoints: 2,
      ofPeriods: 6,
      why: 'Sessions of functions/pubsub-poller crash, again and again. Others take their feeds, later each time.',
      whatToDo: "Read the function's log before it ends: an error, its memory, or its time.",
    },
    {
      ...QUIET,
      id: 'FeedErrors',
      severity: 'tomorrow',
      metric: from.own('FeedErrors', Stats.SUM, 5),
      threshold: 1,
      // A feed whose session fails is tried again within five minutes: a bug shows in every period, a bad moment in one.
      datapoints: 3,
      ofPeriods: 6,
      why: 'Sessions of feeds, or feed workers, meet errors of ours again and again. They are tried again; a feed that falls behind rings FeedLag.',
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
      why: 'A feed may have missed events: its cursor was refused, or Salesforce itself left changes out.',
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
      why: 'Wake-up calls could not be read or killed their worker. The schedule has sent others meanwhile.',
      whatToDo: 'See `sluice events:dead-letters`, and the log of functions/pubsub-poller.',
    },
    {
      ...QUIET,
      ...ONCE,
      id: 'AuthorizationDead',
      severity: 'tomorrow',
      metric: from.own('AuthorizationsDead', Stats.SUM, 5),
      threshold: 1,
      why: 'An org took back its authorization, or it ran out: nothing is read from the org or published to it.',
      whatToDo:
        'Its owner has to authorize again under the same alias: `sluice events:authorizations` says why.',
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
      why: 'A task of the schedule fails minute after minute: late retries, generators, or feeds without a worker stand still.',
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

/** `ClockStopped` rings when the clock is silent and has run before. */
export const CLOCK_STOPPED = {
  id: 'ClockStopped',
  severity: 'wake',
  why: 'functions/schedule has not run for five minutes: late retries, generators and feeds without a worker stand still, and feeds are not measured.',
  whatToDo: 'See whether the rule is enabled, and whether the function is throttled.',
} as const satisfies Pick<AlarmDefinition, 'id' | 'severity' | 'why' | 'whatToDo'>;

/**
 * On a first deployment the clock is silent, and that is no fault. So silence alone does not ring: beside it stands an alarm
 * that begins when the clock has struck five times, and never ends. Neither tells anybody by itself.
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
      why: 'Is in alarm for good once functions/schedule has run: no fault, but part of ClockStopped.',
    },
  };
}
