import type { Clock } from '../../base/clock.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import { type Event, eventJson } from '../../domain/events/event.ts';
import { KEPT_EVENT_BYTES_MAX, type KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface KeepPorts {
  readonly keptEvents?: Pick<KeptEventStore, 'keep'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Stores the last of the accepted events for subscriptions whose owner asked for it. Never fails: kept events are a
 * sample, and must not hold up the events themselves.
 */
export async function keepEvents(
  { keptEvents, retention, clock, log }: KeepPorts,
  { appId, id, keepLast }: Pick<Subscription, 'appId' | 'id' | 'keepLast'>,
  events: readonly Event[],
): Promise<void> {
  if (keepLast === undefined || keptEvents === undefined || events.length === 0) return;
  try {
    const atMs = clock.now();
    const forgetAtMs = atMs + (await retentionOf(retention, appId));
    const kept = events
      .slice(-keepLast)
      .map((event) => ({ atMs, forgetAtMs, eventJson: eventJson(event) }))
      .filter((event) => Buffer.byteLength(event.eventJson) <= KEPT_EVENT_BYTES_MAX);
    await keptEvents.keep(appId, id, kept, keepLast);
  } catch (error) {
    log.write('EVENTS_NOT_KEPT', {
      appId,
      subscriptionId: id,
      count: events.length,
      ...describeError(error),
    });
  }
}
