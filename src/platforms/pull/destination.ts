import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { ended, withAttempt } from '../../domain/deliveries/delivery.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { Destination, OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { PullPublication } from './target.ts';

export interface PullDestinationPorts {
  readonly deliveries: Pick<DeliveryStore, 'countAvailable' | 'listAvailable' | 'update'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a process knows of a backlog, as it was counted, and what this process has added since. */
interface Backlog {
  readonly count: number;
  readonly countedAtMs: number;
}

/** How long a count is used. Others fill and empty the backlog meanwhile: it may be over by what they add in this time. */
const COUNTED_MS_MAX = 30_000;
/** Beyond the most that a backlog keeps; the rest ends with what comes next. */
const OVER_COUNTED_MAX = 1_000;
const BACKLOGS_MAX = 1_000;

/** Sends nothing: the deliveries are stored, and wait until they are pulled. Before that it makes room for them. */
export class PullDestination implements Destination<'pull'> {
  readonly batchMax = 100;
  readonly #ports: PullDestinationPorts;
  readonly #backlogs: Cache<Backlog> = makeCache(BACKLOGS_MAX);
  /** One after the other for a publication: two at once would end the same deliveries. */
  readonly #turns: Cache<ConcurrencyLimit> = makeCache(BACKLOGS_MAX);

  constructor(ports: PullDestinationPorts) {
    this.#ports = ports;
  }

  async send(
    publication: PullPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const startedAtMs = this.#ports.clock.now();
    // What has a record counts already, or takes the place of one that counted.
    const added = events.filter(({ record }) => record === undefined).length;
    if (added > 0) await this.#turnsOf(publication).run(() => this.#makeRoom(publication, added));
    const durationMs = Math.max(0, this.#ports.clock.now() - startedAtMs);
    return events.map(() => ({ kind: 'kept', forMs: publication.maxAgeMs, durationMs }));
  }

  /** The oldest deliveries that nobody holds end: listed for a week, with the reason, where a person can have them tried again. */
  async #makeRoom(publication: PullPublication, added: number): Promise<void> {
    const { appId, id, name, maxCount } = publication;
    const before = await this.#count(publication);
    const over = Math.min(before.count + added - maxCount, OVER_COUNTED_MAX);
    const endedCount = over > 0 ? await this.#endOldest(publication, over) : 0;
    this.#backlogs.set(id, { ...before, count: before.count + added - endedCount });
    if (endedCount === 0) return;
    const { log, metrics } = this.#ports;
    metrics.count('Exhausted', endedCount);
    metrics.count('GivenUp', endedCount);
    log.write('PULL_BACKLOG_FULL', { appId, publication: name, count: endedCount });
  }

  async #count({ appId, id, maxCount }: PullPublication): Promise<Backlog> {
    const { deliveries, clock } = this.#ports;
    const nowMs = clock.now();
    const known = this.#backlogs.get(id);
    if (known !== undefined && Math.abs(nowMs - known.countedAtMs) < COUNTED_MS_MAX) {
      // What is over is counted before anything ends for it: it may have been pulled.
      if (known.count < maxCount) return known;
    }
    const count = await deliveries.countAvailable(appId, id, maxCount + OVER_COUNTED_MAX);
    return { count, countedAtMs: nowMs };
  }

  async #endOldest({ appId, id, maxCount }: PullPublication, over: number): Promise<number> {
    const { deliveries, clock } = this.#ports;
    const nowMs = clock.now();
    const oldest = await deliveries.listAvailable(appId, id, nowMs, over);
    const written = await sideBySide(oldest, DELIVERIES_WRITTEN_AT_ONCE_MAX, (delivery) => {
      const dropped = withAttempt(delivery, {
        atMs: nowMs,
        durationMs: 0,
        errorId: 'backlog-full',
        message: `it was the oldest of more than ${maxCount} deliveries that waited to be pulled`,
      });
      return deliveries.update(ended(dropped, 'exhausted', nowMs));
    });
    return written.filter((result) => result === 'updated').length;
  }

  #turnsOf({ id }: PullPublication): ConcurrencyLimit {
    const known = this.#turns.get(id);
    if (known !== undefined) return known;
    const turns = new ConcurrencyLimit(1);
    this.#turns.set(id, turns);
    return turns;
  }
}
