import type { Clock } from '../../base/clock.ts';
import { beyondReachMs } from '../../base/due.ts';
import { parseDurationMs } from '../../base/duration.ts';
import { parseJson } from '../../base/json.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { Event } from '../../domain/events/event.ts';
import { failureOf, withNextRun } from '../../domain/subscriptions/generator.ts';
import type { GenerateSubscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { compileMapping, type MappingFault } from '../route/filter.ts';
import { countFilterFailures } from '../route/filter-metrics.ts';
import {
  type Routed,
  type RoutingTable,
  type RoutingTables,
  routeEvent,
  storeFilterFailures,
} from '../route/route.ts';

export interface GeneratePorts {
  readonly subscriptions: SubscriptionStore;
  readonly routing: RoutingTables;
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Generators of one minute; what does not fit is still due in the next. */
const GENERATORS_PER_RUN_MAX = 1_000;
/** Side by side: each sends and stores one thing after the other, and holds the events of a minute in memory. */
const GENERATORS_AT_ONCE_MAX = 20;

/**
 * Makes the events of every generator that is due until `untilMs`: those of the past at once, those to come with a delay on
 * the queue. Of runs that were missed (nobody was there) only the last is made up for. Answers how many events it made. A
 * generator that fails keeps no other from its turn.
 */
export async function runGenerators(ports: GeneratePorts, untilMs: number): Promise<number> {
  const due = await ports.subscriptions.listGeneratorsDue(untilMs, GENERATORS_PER_RUN_MAX);
  const counts = await sideBySide(due, GENERATORS_AT_ONCE_MAX, (generator) =>
    runOrReport(generator, ports, untilMs),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What the schedule would make at its next minute: a person who makes or resumes a generator waits for its first event. */
const FIRST_RUN_MS = 60_000;

/** Makes the first minute's events of a generator that was just made or resumed, or leaves them to the schedule. */
export async function startGenerator(ports: GeneratePorts, generator: GenerateSubscription): Promise<void> {
  await runOrReport(generator, ports, ports.clock.now() + FIRST_RUN_MS);
}

/** Never rejects. */
async function runOrReport(
  generator: GenerateSubscription,
  ports: GeneratePorts,
  untilMs: number,
): Promise<number> {
  try {
    return await runGenerator(generator, ports, untilMs);
  } catch (error) {
    // A store or the queue failed. The generator is still due: the next minute makes the same events, under the same ids.
    ports.log.write('GENERATOR_NOT_RUN', { ...logFields(generator), ...describeError(error) });
    return 0;
  }
}

async function runGenerator(
  generator: GenerateSubscription,
  ports: GeneratePorts,
  untilMs: number,
): Promise<number> {
  const { subscriptions, routing, deliveries, queue, clock, metrics } = ports;
  const intervalMs = parseDurationMs(generator.interval);
  if (generator.nextRunAtMs === undefined || intervalMs === undefined || generator.paused) return 0;
  const nowMs = clock.now();
  const longestMs = intervalMs + (untilMs - nowMs);
  const isBeyondReach = generator.nextRunAtMs > beyondReachMs(nowMs, longestMs);
  const times = runTimes(isBeyondReach ? nowMs : generator.nextRunAtMs, intervalMs, nowMs, untilMs);
  const make = eventMaker(generator);
  const table = await routing.forSubscription(generator.appId, generator.id);
  const messages: OutgoingMessage[] = [];
  const failed: FailedRun[] = [];
  let madeCount = 0;
  let failure = generator.failure;
  for (const atMs of times.due) {
    const made = make(atMs, table);
    failure = made.kind === 'failed' ? failureOf(made.fault, atMs) : undefined;
    if (made.kind === 'failed') failed.push(made);
    if (made.kind !== 'routed') continue;
    const { routed } = made;
    madeCount += 1;
    await storeFilterFailures(deliveries, routed.failures, nowMs);
    countFilterFailures(metrics, routed.failures.length);
    metrics.count('EventsFiltered', routed.dropped);
    const waitSeconds = Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
    const delaySeconds = Math.min(waitSeconds, queue.limits.delaySecondsMax);
    messages.push(...routed.messages.map((message) => ({ ...message, delaySeconds })));
  }
  const results = await queue.send(messages);
  // Not moved on: the next minute makes the same events again, under the same ids.
  if (results.some((result) => !result.queued)) return 0;
  metrics.count('EventsAccepted', madeCount);
  reportFailedRuns(generator, failed, ports);
  // Moved on also where the mapping failed: what it could not make now, it will not make later.
  await subscriptions.update({ ...withNextRun(generator, times.next, nowMs), failure });
  return madeCount;
}

type GeneratorFault = Omit<MappingFault, 'id'> & { readonly id: MappingFault['id'] | 'internal-error' };

interface FailedRun {
  readonly kind: 'failed';
  readonly fault: GeneratorFault;
  /** What was thrown, if the fault is ours. */
  readonly error?: unknown;
}

type MadeEvent =
  | { readonly kind: 'routed'; readonly routed: Routed }
  | { readonly kind: 'dropped' }
  | FailedRun;

function eventMaker(generator: GenerateSubscription): (atMs: number, table: RoutingTable) => MadeEvent {
  const mapping = compileMapping(generator.mapping);
  return (atMs, table) => {
    if (!mapping.ok) return { kind: 'failed', fault: mapping.fault };
    try {
      const made = mapping.run(atMs);
      if (made.kind !== 'made') return made;
      return {
        kind: 'routed',
        routed: routeEvent(table, generatedEvent(generator, atMs, parseJson(made.dataJson))),
      };
    } catch (error) {
      // A bug of ours: mappings and filters do not throw. It would throw again in the next minute, so the generator moves on.
      return { kind: 'failed', fault: UNEXPECTED, error };
    }
  };
}

const UNEXPECTED: GeneratorFault = {
  id: 'internal-error',
  message: 'The mapping, or a filter of a stream, met an unexpected error',
};

/** One line for all runs of a minute: a generator may have 60 of them. It holds nothing of the mapping or of its values. */
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

/** The run times up to `untilMs`, and the first one after. */
export function runTimes(
  nextRunAtMs: number,
  intervalMs: number,
  nowMs: number,
  untilMs: number,
): { readonly due: readonly number[]; readonly next: number } {
  const missed = Math.max(0, Math.floor((nowMs - nextRunAtMs) / intervalMs));
  const due: number[] = [];
  let atMs = nextRunAtMs + missed * intervalMs;
  for (; atMs < untilMs; atMs += intervalMs) due.push(atMs);
  return { due, next: atMs };
}

function generatedEvent(generator: GenerateSubscription, atMs: number, data: unknown): Event {
  return {
    specversion: '1.0',
    // The same run makes the same event, however often it is made.
    id: `${generator.id}-${atMs}`,
    source: `/tenants/${generator.appId}/subscriptions/${encodeURIComponent(generator.name)}`,
    type: `app.generated.${generator.name}`,
    subject: generator.name,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
