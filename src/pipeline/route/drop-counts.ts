import type { Clock } from '../../base/clock.ts';
import { deliveryId } from '../../domain/deliveries/delivery.ts';
import type { Event } from '../../domain/events/event.ts';
import {
  dropFields,
  entryFields,
  type HistoryEntry,
  historyEventId,
} from '../../domain/history/history-entry.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { FlushableMetrics } from '../../telemetry/metrics.ts';

export interface DropPorts {
  readonly log: Log;
  readonly clock: Clock;
  /** Where history is stored in addition to the log. */
  readonly history?: Pick<HistoryStore, 'record' | 'count'> | undefined;
}

/**
 * Counts what filters dropped. Each stream has one log line per flush (a minute or an invocation), however much it
 * drops; a stream with drop tracing also has a line for each event.
 */
export class DropCounts {
  readonly #ports: DropPorts;
  /** By the stream's key, because each read of a stream makes a new record. */
  #counts = new Map<string, { readonly stream: Stream; count: number }>();

  constructor(ports: DropPorts) {
    this.#ports = ports;
  }

  /** The stream's filter dropped the event. The event is accepted and will not come again. */
  dropped(stream: Stream, event: Event): void {
    const key = `${stream.subscriptionId}/${stream.publicationId}`;
    const counted = this.#counts.get(key);
    if (counted === undefined) this.#counts.set(key, { stream, count: 1 });
    else counted.count += 1;
    if (stream.traceDrops === true) this.#trace(stream, event);
  }

  flush(): void {
    const { log, clock, history } = this.#ports;
    const atMs = clock.now();
    for (const { stream, count } of this.#counts.values()) {
      const { appId, subscriptionId, publicationName: publication } = stream;
      const drops = { appId, subscriptionId, publication, atMs, count };
      log.write('EVENTS_DROPPED', dropFields(drops));
      history?.count(drops);
    }
    this.#counts.clear();
  }

  #trace(stream: Stream, event: Event): void {
    const { appId, subscriptionId, publicationId, publicationName } = stream;
    const entry: HistoryEntry = {
      atMs: this.#ports.clock.now(),
      appId,
      eventId: historyEventId(event.id),
      deliveryId: deliveryId(publicationId, subscriptionId, event),
      publication: publicationName,
      subscriptionId,
      outcome: 'dropped',
    };
    this.#ports.log.write('EVENT_DROPPED', entryFields(entry));
    this.#ports.history?.record({ ...entry, eventType: event.type, eventSubject: event.subject });
  }
}

/** Metrics whose flush writes the drop counts as well: both belong to the same minute or invocation. */
export function flushedTogether(metrics: FlushableMetrics, drops: DropCounts): FlushableMetrics {
  return {
    count: (name, by) => metrics.count(name, by),
    countFailed: (split, by) => metrics.countFailed(split, by),
    measure: (name, value) => metrics.measure(name, value),
    flush() {
      drops.flush();
      metrics.flush();
    },
  };
}
