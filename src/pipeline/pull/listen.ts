import { sideBySide } from '../../base/side-by-side.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import { type Delivery, ended, withAttempt } from '../../domain/deliveries/delivery.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type StoredDelivery,
} from '../../domain/deliveries/delivery-store.ts';
import { type Listener, SEEN_WRITTEN_MS } from '../../domain/listeners/listener.ts';
import type { ListenerStore } from '../../domain/listeners/listener-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { ANSWER_BYTES_MAX, LOOK_MS, type PullPorts, pulled, withReplayed } from './take-deliveries.ts';

export interface ListenPorts extends PullPorts {
  readonly listeners: Pick<ListenerStore, 'get' | 'update'>;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
}

export interface ListenedDelivery {
  readonly delivery: Delivery;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
}

/** How long a waiting session may continue after another one has taken over. */
const SESSION_LOOKED_AT_MS = 2_000;
/**
 * Later deliveries are left for the next look: concurrent workers store simultaneous deliveries one after the other,
 * and the oldest has to go first.
 */
const SETTLING_MS = 250;

/**
 * Returns the oldest deliveries of a listener, in the order in which the queue took them. They are not held for the
 * caller: only one session reads them, and it gets the same ones again until it has ended them. Waits until there is
 * one, or the time is up. Refuses once the session is no longer the listener's.
 */
export async function listenedDeliveries(
  ports: ListenPorts,
  listener: Listener,
  sessionOf: (current: Listener | undefined) => Refusal | undefined,
  { max, waitMs }: { readonly max: number; readonly waitMs: number },
): Promise<{ readonly kind: 'found'; readonly deliveries: readonly ListenedDelivery[] } | Refusal> {
  const { listeners, deliveries, clock, timers } = ports;
  const { appId, id } = listener;
  const untilMs = timers.elapsedMs() + waitMs;
  let lookedAtMs = timers.elapsedMs();
  for (;;) {
    const found =
      max === 0
        ? []
        : (await deliveries.listAvailable(appId, id, clock.now(), max)).filter(
            ({ createdAtMs }) => createdAtMs <= clock.now() - SETTLING_MS,
          );
    if (timers.elapsedMs() - lookedAtMs >= SESSION_LOOKED_AT_MS) {
      // The session is checked before anything is returned: two sessions must not forward the same events at the same
      // time.
      const over = sessionOf(await listeners.get(appId, id));
      if (over !== undefined) return over;
      lookedAtMs = timers.elapsedMs();
    }
    const leftMs = untilMs - timers.elapsedMs();
    if (found.length > 0 || leftMs <= 0) return { kind: 'found', deliveries: await withEvents(ports, found) };
    await timers.sleep(Math.min(LOOK_MS, leftMs));
  }
}

/** As many deliveries as fit into a response, in order. */
async function withEvents(
  { deliveries }: Pick<ListenPorts, 'deliveries'>,
  found: readonly Delivery[],
): Promise<readonly ListenedDelivery[]> {
  const given: ListenedDelivery[] = [];
  let bytes = 0;
  for (let start = 0; start < found.length; start += DELIVERIES_WRITTEN_AT_ONCE_MAX) {
    const page = found.slice(start, start + DELIVERIES_WRITTEN_AT_ONCE_MAX);
    const stored: readonly (StoredDelivery | undefined)[] = await sideBySide(
      page,
      DELIVERIES_WRITTEN_AT_ONCE_MAX,
      ({ appId, id }) => deliveries.get(appId, id),
    );
    for (const each of stored) {
      // The delivery has just been discarded or erased.
      if (each === undefined || each.delivery.status !== 'available') continue;
      bytes += Buffer.byteLength(each.eventJson);
      // One always fits: no event exceeds a megabyte. Deliveries behind one that does not fit wait for it.
      if (bytes > ANSWER_BYTES_MAX) return given;
      given.push({ delivery: each.delivery, eventJson: withReplayed(each.delivery, each.eventJson) });
    }
  }
  return given;
}

/** How a session ends a delivery: its receiver took it, or it is unwanted. */
export type ListenedEnding = 'delivered' | 'skipped';

/**
 * Ends deliveries of the listener; returns how many it ended. A delivery that has already ended, or belongs to another
 * publication, stays as it is.
 */
export async function endListened(
  ports: Pick<ListenPorts, 'deliveries' | 'clock' | 'retention'>,
  { appId, id: publicationId }: Listener,
  ids: readonly string[],
  ending: ListenedEnding,
): Promise<number> {
  const { deliveries, clock, retention } = ports;
  const keptMs = await retentionOf(retention, appId);
  const outcomes = await sideBySide(ids, DELIVERIES_WRITTEN_AT_ONCE_MAX, (id) =>
    updateRecord<Delivery>({
      read: async () => (await deliveries.get(appId, id))?.delivery,
      change: (delivery) => {
        // The delivery expired or exceeded the backlog while its receiver worked on it: it was taken all the same.
        const isOpen = delivery.status === 'available' || delivery.status === 'exhausted';
        if (delivery.publicationId !== publicationId || !isOpen)
          return refuse('already-ended', 'it has ended');
        if (ending === 'delivered') return pulled(delivery, clock.now());
        const skipped = withAttempt(delivery, {
          atMs: clock.now(),
          durationMs: 0,
          errorId: 'skipped',
          message: 'whoever listened skipped it',
        });
        return ended(skipped, 'discarded', clock.now(), keptMs);
      },
      write: (delivery) => deliveries.update(delivery),
      missing: 'gone',
    }),
  );
  // Five other writes came first: the session has to repeat its request.
  if (outcomes.some((outcome) => outcome.kind === 'refused' && outcome.id === 'try-again')) {
    throw new Error('expected to write a delivery, found it changed each time');
  }
  return outcomes.filter(({ kind }) => kind === 'updated').length;
}

/** Records that the listener is in use. Written only occasionally: a session polls several times a minute. */
export async function noteSeen(
  { listeners, clock }: Pick<ListenPorts, 'listeners' | 'clock'>,
  listener: Listener,
): Promise<void> {
  const nowMs = clock.now();
  if (Math.abs(nowMs - listener.seenAtMs) < SEEN_WRITTEN_MS) return;
  // A writer that came first has recorded its own use, or has taken over.
  await listeners.update({ ...listener, seenAtMs: nowMs });
}
