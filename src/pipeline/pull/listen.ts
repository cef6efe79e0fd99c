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

/** How long a session may go on that was taken over while it waits. */
const SESSION_LOOKED_AT_MS = 2_000;
/**
 * What came later than this is left for the next look: workers that run side by side store what came at the same time one
 * after the other, and the oldest goes first.
 */
const SETTLING_MS = 250;

/**
 * The oldest deliveries of a listener, in the order in which the queue took them. They are not held for whoever asks: its session
 * is the only one that does, and gets the same ones again until it has ended them. Waits until there is one, or the time is up.
 * Refused once the session is not that of the listener any more.
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
      // Before anything is given: two sessions must not forward the same events side by side.
      const over = sessionOf(await listeners.get(appId, id));
      if (over !== undefined) return over;
      lookedAtMs = timers.elapsedMs();
    }
    const leftMs = untilMs - timers.elapsedMs();
    if (found.length > 0 || leftMs <= 0) return { kind: 'found', deliveries: await withEvents(ports, found) };
    await timers.sleep(Math.min(LOOK_MS, leftMs));
  }
}

/** As many as fit into an answer, in their order. */
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
      // Discarded or erased at this moment.
      if (each === undefined || each.delivery.status !== 'available') continue;
      bytes += Buffer.byteLength(each.eventJson);
      // One always fits: no event has more than a megabyte. What comes after one that does not fit waits for it.
      if (bytes > ANSWER_BYTES_MAX) return given;
      given.push({ delivery: each.delivery, eventJson: withReplayed(each.delivery, each.eventJson) });
    }
  }
  return given;
}

/** How a session ends a delivery: its receiver took it, or it is not wanted. */
export type ListenedEnding = 'delivered' | 'skipped';

/** Ends deliveries of the listener; answers how many ended now. One that has ended already, or is of another publication, stays. */
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
        // Too old, or one too many, while its receiver was at work: it was taken all the same.
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
  // Five others wrote it meanwhile: the session has to say it again.
  if (outcomes.some((outcome) => outcome.kind === 'refused' && outcome.id === 'try-again')) {
    throw new Error('expected to write a delivery, found it changed each time');
  }
  return outcomes.filter(({ kind }) => kind === 'updated').length;
}

/** The listener is in use. Written now and then: a session asks some times a minute. */
export async function noteSeen(
  { listeners, clock }: Pick<ListenPorts, 'listeners' | 'clock'>,
  listener: Listener,
): Promise<void> {
  const nowMs = clock.now();
  if (Math.abs(nowMs - listener.seenAtMs) < SEEN_WRITTEN_MS) return;
  // Whoever wrote it meanwhile was seen as well, or took it over.
  await listeners.update({ ...listener, seenAtMs: nowMs });
}
