import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { beyondReachMs } from '../../base/due.ts';
import { parseJson } from '../../base/json.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Timers } from '../../base/timers.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { Event } from '../../domain/events/event.ts';
import {
  failureOf,
  GENERATOR_CLAIM_MS,
  GENERATOR_LATE_MS_MAX,
  isClaimed,
  resting,
  withNextRun,
} from '../../domain/subscriptions/generator.ts';
import {
  firstRunAtMs,
  longestWaitMs,
  parseGeneratorSchedule,
  type RunTimes,
  runTimes,
} from '../../domain/subscriptions/generator-schedule.ts';
import type { KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';
import type { GenerateSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { updateRecord, writeUnlessChanged } from '../../domain/update-record.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DropCounts } from '../route/drop-counts.ts';
import { countRouteFailures } from '../route/failure-metrics.ts';
import { compileMapping, type MappingFault } from '../route/filter.ts';
import { keepEvents } from '../route/keep-events.ts';
import {
  type Routed,
  type RoutingTable,
  type RoutingTables,
  routeEvent,
  storeRouteFailures,
} from '../route/route.ts';

export interface GeneratePorts {
  readonly subscriptions: SubscriptionStore;
  readonly routing: RoutingTables;
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly drops?: Pick<DropCounts, 'dropped'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly keptEvents?: Pick<KeptEventStore, 'keep'> | undefined;
}

/**
 * How much thread time the mapping and filters of one generator may take for the events of a minute. A generator with
 * one event a second has 16 ms for each, far more than any honest use. Beyond this limit the generator rests.
 */
export const GENERATOR_MS_MAX = 1_000;
/** How much thread time all generators of one app may take. The remaining ones are due in the next minute. */
export const APP_GENERATORS_MS_MAX = 5_000;
/** After an event that took longer, the thread is yielded to other work. */
const UNINTERRUPTED_MS_MAX = 5;

/** Generators per minute; the rest are still due in the next minute. */
const GENERATORS_PER_RUN_MAX = 1_000;
/** Concurrent generators: each sends and stores sequentially, and holds the events of a minute in memory. */
const GENERATORS_AT_ONCE_MAX = 20;

/**
 * Makes the events of every generator that is due until `untilMs`: past events at once, future ones with a delay on the
 * queue. Missed runs (no scheduler was running) are not made up for. Two concurrent schedulers make no event twice; if
 * one dies midway, the next makes the remaining events, under the same ids. Returns how many events it made. A
 * generator that fails does not hold up the others.
 */
export async function runGenerators(ports: GeneratePorts, untilMs: number): Promise<number> {
  const due = await ports.subscriptions.listGeneratorsDue(untilMs, GENERATORS_PER_RUN_MAX);
  const thread = new SharedThread(ports.timers);
  const counts = await sideBySide(due, GENERATORS_AT_ONCE_MAX, (generator) =>
    runOrReport(generator, ports, untilMs, thread),
  );
  for (const [appId, count] of thread.putOff) ports.log.write('GENERATORS_PUT_OFF', { appId, count });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The thread on which a minute's generators make their events, one at a time. */
class SharedThread {
  /** By app: the number of generators that wait for the next minute. */
  readonly putOff = new Map<string, number>();
  readonly #timers: Timers;
  readonly #oneAtATime = new ConcurrencyLimit(1);
  readonly #spentMs = new Map<string, number>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * Runs the work and returns how long it took; undefined if the app has used up its share of this minute, and its
   * generator has to wait.
   */
  run<T>(appId: string, work: () => T): Promise<{ readonly result: T; readonly tookMs: number } | undefined> {
    return this.#oneAtATime.run(async () => {
      if ((this.#spentMs.get(appId) ?? 0) > APP_GENERATORS_MS_MAX) {
        this.putOff.set(appId, (this.putOff.get(appId) ?? 0) + 1);
        return undefined;
      }
      const startedAtMs = this.#timers.elapsedMs();
      const result = work();
      const tookMs = this.#timers.elapsedMs() - startedAtMs;
      this.#spentMs.set(appId, (this.#spentMs.get(appId) ?? 0) + tookMs);
      if (tookMs > UNINTERRUPTED_MS_MAX) await this.#timers.sleep(0);
      return { result, tookMs };
    });
  }
}

/**
 * The period that the schedule's next minute would cover: a person who creates or resumes a generator is waiting for
 * its first event.
 */
const FIRST_RUN_MS = 60_000;

/** Makes the first minute's events of a generator that was just created or resumed, or leaves them to the schedule. */
export async function startGenerator(ports: GeneratePorts, generator: GenerateSubscription): Promise<void> {
  await runOrReport(generator, ports, ports.clock.now() + FIRST_RUN_MS, new SharedThread(ports.timers));
}

/** Never rejects. */
async function runOrReport(
  generator: GenerateSubscription,
  ports: GeneratePorts,
  untilMs: number,
  thread: SharedThread,
): Promise<number> {
  try {
    return await runGenerator(generator, ports, untilMs, thread);
  } catch (error) {
    // A store or the queue failed. The generator is still due: the next minute makes the same events under the same
    // ids.
    ports.log.write('GENERATOR_NOT_RUN', { ...logFields(generator), ...describeError(error) });
    return 0;
  }
}

async function runGenerator(
  generator: GenerateSubscription,
  ports: GeneratePorts,
  untilMs: number,
  thread: SharedThread,
): Promise<number> {
  const { subscriptions, routing, deliveries, queue, clock, metrics } = ports;
  const nowMs = clock.now();
  const times = dueTimes(generator, nowMs, untilMs);
  if (times === undefined || isClaimed(generator, nowMs)) return 0;
  if (times.due.length === 0) {
    await writeUnlessChanged(subscriptions, withNextRun(generator, times.next, nowMs));
    return 0;
  }
  const claim: GenerateSubscription = { ...generator, claimedUntilMs: nowMs + GENERATOR_CLAIM_MS };
  const claimed = await writeUnlessChanged(subscriptions, claim);
  // Another scheduler makes the events, or a person changed the generator: it is still due.
  if (claimed === undefined) return 0;
  const make = eventMaker(generator);
  const table = await routing.forSubscription(generator.appId, generator.id);
  const messages: OutgoingMessage[] = [];
  const failed: FailedRun[] = [];
  const madeEvents: Event[] = [];
  let failure = generator.failure;
  let spentMs = 0;
  let slowestMs = 0;
  // The slowest event does not count: it may have waited for a machine that stood still.
  const isTooSlow = () => spentMs - slowestMs > GENERATOR_MS_MAX;
  let nextRunAtMs = times.next;
  for (const atMs of times.due) {
    if (isTooSlow()) break;
    const ran = await thread.run(generator.appId, () => make(atMs, table));
    if (ran === undefined) {
      // The generator is still due: the next minute continues.
      nextRunAtMs = atMs;
      break;
    }
    const { result: made, tookMs } = ran;
    spentMs += tookMs;
    slowestMs = Math.max(slowestMs, tookMs);
    failure = made.kind === 'failed' ? failureOf(made.fault, atMs) : undefined;
    if (made.kind === 'failed') failed.push(made);
    if (made.kind !== 'routed') continue;
    const { routed } = made;
    madeEvents.push(made.event);
    if (routed.failures.length > 0) {
      const keptMs = await retentionOf(ports.retention, generator.appId);
      await storeRouteFailures(deliveries, routed.failures, nowMs, keptMs);
    }
    countRouteFailures(metrics, routed.failures);
    metrics.count('EventsFiltered', routed.dropped.length);
    for (const stream of routed.dropped) ports.drops?.dropped(stream, made.event);
    const waitSeconds = Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
    const delaySeconds = Math.min(waitSeconds, queue.limits.delaySecondsMax);
    messages.push(...routed.messages.map((message) => ({ ...message, delaySeconds })));
  }
  const results = await queue.send(messages);
  if (results.some((result) => !result.queued)) {
    // The next run is not moved: the next minute makes the same events again, under the same ids.
    await writeUnlessChanged(subscriptions, { ...generator, version: claimed.version });
    return 0;
  }
  metrics.count('EventsAccepted', madeEvents.length);
  await keepEvents(ports, generator, madeEvents);
  reportFailedRuns(generator, failed, ports);
  const isSlow = isTooSlow();
  await updateRecord<Subscription>({
    read: () => subscriptions.get(generator.appId, generator.id),
    change: (current) => {
      if (current.platform !== 'generate') return current;
      // A person who changed the generator while its events were made has set a new next run, or has paused it.
      if (current.nextRunAtMs !== generator.nextRunAtMs) return { ...current, claimedUntilMs: undefined };
      // The next run moves even if the mapping failed: what it could not make now, it will not make later.
      const after = isSlow ? resting(current, SLOW, nowMs) : withNextRun(current, nextRunAtMs, nowMs);
      return { ...after, failure };
    },
    write: (subscription) => subscriptions.update(subscription),
    missing: 'the generator was deleted',
  });
  if (isSlow) {
    ports.log.write('SLOW_GENERATOR_RESTED', { ...logFields(generator), tookMs: Math.round(spentMs) });
  }
  return madeEvents.length;
}

/** The times to make events at, and the first one after them; undefined if the generator does not run. */
function dueTimes(
  { interval, nextRunAtMs, paused }: GenerateSubscription,
  nowMs: number,
  untilMs: number,
): RunTimes | undefined {
  const schedule = parseGeneratorSchedule(interval);
  if (nextRunAtMs === undefined || schedule.kind === 'refused' || paused) return undefined;
  const isBeyondReach = nextRunAtMs > beyondReachMs(nowMs, longestWaitMs(schedule, nowMs, untilMs));
  const fromMs = nowMs - GENERATOR_LATE_MS_MAX;
  return runTimes(schedule, isBeyondReach ? firstRunAtMs(schedule, nowMs) : nextRunAtMs, fromMs, untilMs);
}

const SLOW = {
  id: 'slow-generator',
  message: `its mapping, and the filters of its streams, took more than ${GENERATOR_MS_MAX} ms for the events of a minute; expected less, because others wait meanwhile. Make them simpler or the interval longer, and resume the subscription`,
} as const;

type GeneratorFault = Omit<MappingFault, 'id'> & { readonly id: MappingFault['id'] | 'internal-error' };

interface FailedRun {
  readonly kind: 'failed';
  readonly fault: GeneratorFault;
  /** The error, if the fault is ours. */
  readonly error?: unknown;
}

type MadeEvent =
  | { readonly kind: 'routed'; readonly event: Event; readonly routed: Routed }
  | { readonly kind: 'dropped' }
  | FailedRun;

function eventMaker(generator: GenerateSubscription): (atMs: number, table: RoutingTable) => MadeEvent {
  const mapping = compileMapping(generator.mapping);
  return (atMs, table) => {
    if (!mapping.ok) return { kind: 'failed', fault: mapping.fault };
    try {
      const made = mapping.run(atMs);
      if (made.kind !== 'made') return made;
      const event = generatedEvent(generator, atMs, parseJson(made.dataJson));
      return { kind: 'routed', event, routed: routeEvent(table, event) };
    } catch (error) {
      // A bug of ours: mappings and filters do not throw. It would throw again in the next minute, so the next run
      // moves.
      return { kind: 'failed', fault: UNEXPECTED, error };
    }
  };
}

const UNEXPECTED: GeneratorFault = {
  id: 'internal-error',
  message: 'The mapping, or a filter of a stream, met an unexpected error',
};

/**
 * Logs one line for all runs of a minute: a generator may have 60 of them. It holds nothing of the mapping or its
 * values.
 */
function reportFailedRuns(
  generator: GenerateSubscription,
  failed: readonly FailedRun[],
  { log, metrics }: Pick<GeneratePorts, 'log' | 'metrics'>,
): void {
  const last = failed.at(-1);
  if (last === undefined) return;
  metrics.count('GeneratorRunsFailed', failed.length);
  const { id: errorId, line, column } = last.fault;
  log.write('GENERATOR_FAILED', {
    ...logFields(generator),
    errorId,
    line,
    column,
    count: failed.length,
    ...(last.error !== undefined && describeError(last.error, { messages: false })),
  });
}

function logFields({ appId, id, name }: GenerateSubscription) {
  return { appId, subscriptionId: id, subscription: name };
}

function generatedEvent(generator: GenerateSubscription, atMs: number, data: unknown): Event {
  return {
    specversion: '1.0',
    // The id depends on the run alone, so a repeated run makes the same event.
    id: `${generator.id}-${atMs}`,
    source: `/tenants/${generator.appId}/subscriptions/${encodeURIComponent(generator.name)}`,
    type: `app.generated.${generator.name}`,
    subject: generator.name,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
