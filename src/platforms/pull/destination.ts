import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { ended, withAttempt } from '../../domain/deliveries/delivery.ts';
import {
  type AvailableSize,
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { Destination, OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { LISTENER_BYTES_MAX } from '../../domain/listeners/listener.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { PullPublication } from './target.ts';

export interface PullDestinationPorts {
  readonly deliveries: Pick<DeliveryStore, 'countAvailable' | 'sizeAvailable' | 'listAvailable' | 'update'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a process knows about a backlog: the last count, plus what this process has added since. */
interface Backlog {
  readonly count: number;
  /** Counted for a listener; 0 for others, which have no size limit. */
  readonly bytes: number;
  readonly countedAtMs: number;
}

/**
 * How long a count is used. Other processes fill and empty the backlog meanwhile, so it may exceed its limit by what
 * they add in this time.
 */
const COUNTED_MS_MAX = 30_000;
/** How far beyond the backlog's limit the count goes; deliveries beyond that end with the next arrivals. */
const OVER_COUNTED_MAX = 1_000;
const BACKLOGS_MAX = 1_000;

/** Sends nothing: the deliveries are stored and wait until they are pulled. Before that it makes room for them. */
export class PullDestination implements Destination<'pull'> {
  readonly batchMax = 100;
  readonly #ports: PullDestinationPorts;
  readonly #backlogs: Cache<Backlog> = makeCache(BACKLOGS_MAX);
  /** One call at a time per publication: two at once would end the same deliveries. */
  readonly #turns: Cache<ConcurrencyLimit> = makeCache(BACKLOGS_MAX);

  constructor(ports: PullDestinationPorts) {
    this.#ports = ports;
  }

  async send(
    publication: PullPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const startedAtMs = this.#ports.clock.now();
    // A delivery that has a record is already counted, or replaces one that was.
    const added = events.filter(({ record }) => record === undefined);
    if (added.length > 0) await this.#turnsOf(publication).run(() => this.#makeRoom(publication, added));
    const durationMs = Math.max(0, this.#ports.clock.now() - startedAtMs);
    return events.map(() => ({ kind: 'kept', forMs: publication.maxAgeMs, durationMs }));
  }

  /**
   * Ends the oldest deliveries that nobody holds. They stay listed for a week with the reason, and a person can have
   * them retried.
   */
  async #makeRoom(publication: PullPublication, added: readonly OutgoingEvent[]): Promise<void> {
    const { appId, id, name, maxCount, isListener } = publication;
    const before = await this.#size(publication);
    const addedBytes = isListener
      ? added.reduce((sum, { eventJson }) => sum + Buffer.byteLength(eventJson), 0)
      : 0;
    const over = {
      count: before.count + added.length - maxCount,
      bytes: isListener ? before.bytes + addedBytes - LISTENER_BYTES_MAX : 0,
    };
    const ended =
      over.count > 0 || over.bytes > 0 ? await this.#endOldest(publication, over) : { count: 0, bytes: 0 };
    this.#backlogs.set(id, {
      ...before,
      count: before.count + added.length - ended.count,
      bytes: before.bytes + addedBytes - ended.bytes,
    });
    if (ended.count === 0) return;
    const { log, metrics } = this.#ports;
    // The listener is told; it is nobody else's failure.
    if (isListener !== true) {
      metrics.count('Exhausted', ended.count);
      metrics.count('GivenUp', ended.count);
    }
    log.write('PULL_BACKLOG_FULL', { appId, publication: name, count: ended.count });
  }

  async #size({ appId, id, maxCount, isListener }: PullPublication): Promise<Backlog> {
    const { deliveries, clock } = this.#ports;
    const nowMs = clock.now();
    const known = this.#backlogs.get(id);
    if (known !== undefined && Math.abs(nowMs - known.countedAtMs) < COUNTED_MS_MAX) {
      // The surplus is counted before any delivery ends for it, because it may have been pulled.
      if (known.count < maxCount && known.bytes < LISTENER_BYTES_MAX) return known;
    }
    const max = maxCount + OVER_COUNTED_MAX;
    if (isListener) return { ...(await deliveries.sizeAvailable(appId, id, max)), countedAtMs: nowMs };
    return { count: await deliveries.countAvailable(appId, id, max), bytes: 0, countedAtMs: nowMs };
  }

  async #endOldest({ appId, id, maxCount }: PullPublication, over: AvailableSize): Promise<AvailableSize> {
    const { deliveries, clock } = this.#ports;
    const nowMs = clock.now();
    const limit = over.bytes > 0 ? OVER_COUNTED_MAX : Math.min(over.count, OVER_COUNTED_MAX);
    const oldest = await deliveries.listAvailable(appId, id, nowMs, limit);
    let leftBytes = over.bytes;
    const excess = oldest.filter(({ bytes = 0 }, index) => {
      const isOver = index < over.count || leftBytes > 0;
      if (isOver) leftBytes -= bytes;
      return isOver;
    });
    const bound = over.count > 0 ? `${maxCount} deliveries` : `${LISTENER_BYTES_MAX} bytes of deliveries`;
    const written = await sideBySide(excess, DELIVERIES_WRITTEN_AT_ONCE_MAX, async (delivery) => {
      const dropped = withAttempt(delivery, {
        atMs: nowMs,
        durationMs: 0,
        errorId: 'backlog-full',
        message: `it was the oldest of more than ${bound} that waited to be pulled`,
      });
      const result = await deliveries.update(ended(dropped, 'exhausted', nowMs));
      return result === 'updated' ? { count: 1, bytes: delivery.bytes ?? 0 } : { count: 0, bytes: 0 };
    });
    return written.reduce((sum, each) => ({ count: sum.count + each.count, bytes: sum.bytes + each.bytes }), {
      count: 0,
      bytes: 0,
    });
  }

  #turnsOf({ id }: PullPublication): ConcurrencyLimit {
    const known = this.#turns.get(id);
    if (known !== undefined) return known;
    const turns = new ConcurrencyLimit(1);
    this.#turns.set(id, turns);
    return turns;
  }
}
