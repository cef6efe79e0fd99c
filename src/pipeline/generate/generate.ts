import type { Clock } from '../../base/clock.ts';
import { parseDurationMs } from '../../base/duration.ts';
import { parseJson } from '../../base/json.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { Event } from '../../domain/events/event.ts';
import type { GenerateSubscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { compileMapping } from '../route/filter.ts';
import { countFilterFailures } from '../route/filter-metrics.ts';
import { type RoutingTables, routeEvent, storeFilterFailures } from '../route/route.ts';

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
 * the queue. Of runs that were missed (nobody was there) only the last is made up for. Answers how many events.
 */
export async function runGenerators(ports: GeneratePorts, untilMs: number): Promise<number> {
  const due = await ports.subscriptions.listGeneratorsDue(untilMs, GENERATORS_PER_RUN_MAX);
  const counts = await sideBySide(due, GENERATORS_AT_ONCE_MAX, (generator) =>
    runGenerator(generator, ports, untilMs),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What the schedule would make at its next minute: a person who makes or resumes a generator waits for its first event. */
const FIRST_RUN_MS = 60_000;

/** Makes the first minute's events of a generator that was just made or resumed, or leaves them to the schedule. */
export async function startGenerator(ports: GeneratePorts, generator: GenerateSubscription): Promise<void> {
  try {
    await runGenerator(generator, ports, ports.clock.now() + FIRST_RUN_MS);
  } catch (error) {
    // The generator is stored and due: the schedule makes the same events within a minute, under the same ids.
    ports.log.write('GENERATOR_FAILED', {
      appId: generator.appId,
      subscription: generator.name,
      ...describeError(error),
    });
  }
}

async function runGenerator(
  generator: GenerateSubscription,
  ports: GeneratePorts,
  untilMs: number,
): Promise<number> {
  const { subscriptions, routing, deliveries, queue, clock, log, metrics } = ports;
  const intervalMs = parseDurationMs(generator.interval);
  if (generator.nextRunAtMs === undefined || intervalMs === undefined || generator.paused) return 0;
  const nowMs = clock.now();
  const times = runTimes(generator.nextRunAtMs, intervalMs, nowMs, untilMs);
  const mapping = compileMapping(generator.mapping);
  const table = await routing.forSubscription(generator.appId, generator.id);
  const messages: OutgoingMessage[] = [];
  for (const atMs of times.due) {
    const made = mapping.ok ? mapping.run(atMs) : { kind: 'failed' as const, message: mapping.message };
    if (made.kind === 'failed') {
      log.write('GENERATOR_FAILED', {
        appId: generator.appId,
        subscription: generator.name,
        error: made.message,
      });
      continue;
    }
    if (made.kind === 'dropped') continue;
    const routed = routeEvent(table, generatedEvent(generator, atMs, parseJson(made.dataJson)));
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
  metrics.count('EventsAccepted', times.due.length);
  await subscriptions.update({ ...generator, nextRunAtMs: times.next });
  return times.due.length;
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
