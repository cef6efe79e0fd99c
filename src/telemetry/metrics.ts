/**
 * Every metric that the functions write, in the CloudWatch namespace `Sluice` with the dimension `Installation`. The
 * stack's alarms and dashboard take their metrics from here, and docs/operations.md lists them. It is pure, because the
 * stack imports it as well.
 */
export const METRICS_NAMESPACE = 'Sluice';
export const INSTALLATION_DIMENSION = 'Installation';

/** Dimensions besides the installation. Each value costs a metric of its own: never an app, a publication or a feed. */
export const SPLIT_DIMENSIONS = ['Stage', 'Reason'] as const;

export const METRICS = {
  EventsAccepted: {
    unit: 'Count',
    text: 'events for which the queue has taken every delivery: published, read from Salesforce, or generated',
  },
  EventsFiltered: {
    unit: 'Count',
    text: 'events that a filter dropped; one for each stream that dropped it',
  },
  PublishesRefused: {
    unit: 'Count',
    text: 'publishes answered 429 because the queue did not take them, or 500',
  },
  PublishesThrottled: {
    unit: 'Count',
    text: 'publishes that the HTTP API refused before a function saw them; counted in its access log, not by a function',
  },
  LoginsFailed: {
    unit: 'Count',
    text: 'requests without a right user and password, or token: to the publish URL and to the management API',
  },
  RequestsFailed: { unit: 'Count', text: 'requests to the management API answered 500' },
  Attempts: {
    unit: 'Count',
    text: 'deliveries tried: taken, not taken, or met by an error of ours; and filters that failed, and ordered events without a key',
  },
  Delivered: { unit: 'Count', text: 'deliveries that the target took, at whichever attempt' },
  AttemptsFailed: {
    unit: 'Count',
    text: 'attempts that the target did not take, and filters that failed; also split by stage and reason',
  },
  Retried: { unit: 'Count', text: 'deliveries planned for another attempt' },
  Parked: {
    unit: 'Count',
    text: 'deliveries put aside because their publication is paused or disabled, or its breaker is open',
  },
  Delayed: {
    unit: 'Count',
    text: 'deliveries put off without an attempt, because a limit had no room for them',
  },
  Held: {
    unit: 'Count',
    text: 'deliveries of ordered streams put aside because an earlier one of their key waits',
  },
  Exhausted: { unit: 'Count', text: 'deliveries given up after the last retry' },
  GivenUp: { unit: 'Count', text: 'deliveries exhausted or rejected' },
  Rejected: { unit: 'Count', text: 'deliveries that the target will never take, or whose filter failed' },
  Dropped: { unit: 'Count', text: 'deliveries dropped because their publication or stream is gone' },
  DeliveryErrors: {
    unit: 'Count',
    text: 'deliveries that met an error of ours (a bug, or DynamoDB, KMS or SQS failing); the queue gives them again',
  },
  DeliveryTime: {
    unit: 'Milliseconds',
    text: 'from acceptance to the end of the first attempt, of what it delivered; up to a minute more for generated events, which are queued ahead of their time',
  },
  DeliveryTimeAfterRetry: {
    unit: 'Milliseconds',
    text: 'from the first failed attempt to the delivery, of what took more than one attempt',
  },
  FeedLag: {
    unit: 'Milliseconds',
    text: 'how far the feed that is furthest behind is behind Salesforce; measured each minute, without stopped and paused feeds',
  },
  CursorAge: {
    unit: 'Milliseconds',
    text: 'age of the oldest cursor of a feed that is not paused; Salesforce refuses one of 72 hours',
  },
  FeedsStopped: { unit: 'Count', text: 'feeds that wait for a person; measured each minute' },
  FeedGaps: { unit: 'Count', text: 'possible gaps: a feed may have missed events' },
  FeedErrors: {
    unit: 'Count',
    text: "times that a feed's session or a feed worker met an error of ours (a bug, or DynamoDB, KMS or SQS failing); each is tried again",
  },
  EventsQuarantined: { unit: 'Count', text: 'events that could not be decoded and were put into quarantine' },
  AuthorizationsDead: { unit: 'Count', text: 'authorizations that died: a person has to authorize again' },
  PublicationsDisabled: {
    unit: 'Count',
    text: 'publications disabled: their target answered 410, or took nothing for five days, their token URL refused the client, or their target in AWS was missing or denied the installation',
  },
  BreakersOpened: {
    unit: 'Count',
    text: 'breakers that opened: the target of a publication fails, and its deliveries are parked',
  },
  BreakersClosed: { unit: 'Count', text: 'breakers that closed: a probe was taken' },
  PublicationsDown: {
    unit: 'Count',
    text: 'outages of the target of a publication that have lasted an hour; each is counted once',
  },
  SubscriptionsRested: {
    unit: 'Count',
    text: 'subscriptions paused because a filter of their streams, or the mapping of a generator, took too much time from others',
  },
  AllocationUsed: {
    unit: 'Percent',
    text: 'the most that any org has used of any of its event allocations; read every ten minutes',
  },
  GeneratorRunsFailed: {
    unit: 'Count',
    text: 'runs of generators that made no event because the mapping failed; `events:status` shows which',
  },
  AppLogLinesDropped: {
    unit: 'Count',
    text: "lines for apps' logs on Heroku that were not sent: too many at once, or the log did not take them",
  },
  ScheduleTasksFailed: {
    unit: 'Count',
    text: 'tasks of the schedule, and generators, that met an error of ours; the next minute tries again',
  },
} as const satisfies { readonly [name: string]: { readonly unit: string; readonly text: string } };

export type MetricName = keyof typeof METRICS;
type NameOf<U extends string> = {
  [N in MetricName]: (typeof METRICS)[N]['unit'] extends U ? N : never;
}[MetricName];
/** Not written by a function: the stack derives it from the access log. */
type ByTheStack = 'PublishesThrottled';
/** Metrics that add up. `AttemptsFailed` is counted with its split, and `FeedsStopped` is a gauge. */
export type CountName = Exclude<NameOf<'Count'>, 'AttemptsFailed' | 'FeedsStopped' | ByTheStack>;
export type MeasureName = NameOf<'Milliseconds' | 'Percent'> | 'FeedsStopped';

/** The values of the split dimensions: a short list, independent of what targets answer. */
export interface FailureSplit {
  readonly Stage: 'filter' | 'order' | 'send';
  readonly Reason: string;
}

/** Counts and measures; they leave the process with the next flush. */
export interface Metrics {
  count(name: CountName, by?: number): void;
  countFailed(split: FailureSplit, by?: number): void;
  /** Records one value, in the unit given in the catalogue. */
  measure(name: MeasureName, value: number): void;
}

/** The handler's view: it flushes at the end of each invocation. */
export interface FlushableMetrics extends Metrics {
  flush(): void;
}

/** For tests and benchmarks. */
export const silentMetrics: FlushableMetrics = {
  count: () => undefined,
  countFailed: () => undefined,
  measure: () => undefined,
  flush: () => undefined,
};
