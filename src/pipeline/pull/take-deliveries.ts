import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Timers } from '../../base/timers.ts';
import { type Delivery, ended, withAttempt } from '../../domain/deliveries/delivery.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { isHeld } from '../../domain/deliveries/pull.ts';
import { newReceipt, receiptHash, receiptText } from '../../domain/deliveries/receipt.ts';
import { eventJson as jsonOf, parseEvent } from '../../domain/events/event.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { writeUnlessChanged } from '../../domain/update-record.ts';

export interface PullPorts {
  readonly deliveries: Pick<DeliveryStore, 'get' | 'listAvailable' | 'update'>;
  readonly clock: Clock;
  readonly timers: Timers;
}

export interface WantedDeliveries {
  readonly max: number;
  /** How long to wait for the first one. */
  readonly waitMs: number;
  /** Whether deliveries come again unless they are acknowledged. If not, a delivery ends when it is taken. */
  readonly isAckRequired: boolean;
}

export interface TakenDelivery {
  /** The record as it is stored now. */
  readonly delivery: Delivery;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
  /** Absent if no acknowledgement is required. */
  readonly receipt?: string | undefined;
}

/** How often a waiting pull looks: each look costs four reads of an index. */
export const LOOK_MS = 500;
/** A Lambda function's response may have 6 MB as a JSON string: escaping at most doubles it. */
export const ANSWER_BYTES_MAX = 2_500_000;
/** Others pull concurrently: this many rounds may find only what they have just taken. */
const LOST_ROUNDS_MAX = 3;

/**
 * Takes the oldest deliveries that nobody holds. Each is taken by a conditional write on the record as it was read,
 * which only one of many pullers can win. Waits until there is one, or the time is up.
 */
export async function takeDeliveries(
  ports: PullPorts,
  publication: PublicationOf<'pull'>,
  wanted: WantedDeliveries,
): Promise<readonly TakenDelivery[]> {
  const { timers } = ports;
  const untilMs = timers.elapsedMs() + wanted.waitMs;
  for (;;) {
    const taken = await takeNow(ports, publication, wanted);
    const leftMs = untilMs - timers.elapsedMs();
    if (taken.length > 0 || leftMs <= 0) return taken;
    await timers.sleep(Math.min(LOOK_MS, leftMs));
  }
}

async function takeNow(
  ports: PullPorts,
  publication: PublicationOf<'pull'>,
  { max, isAckRequired }: WantedDeliveries,
): Promise<readonly TakenDelivery[]> {
  const { deliveries, clock } = ports;
  for (let round = 0; round < LOST_ROUNDS_MAX; round += 1) {
    const found = await deliveries.listAvailable(publication.appId, publication.id, clock.now(), max);
    if (found.length === 0) return [];
    const taken: TakenDelivery[] = [];
    let bytes = 0;
    // Goes page by page, so that deliveries that do not fit into the response are not taken.
    for (
      let start = 0;
      start < found.length && bytes < ANSWER_BYTES_MAX;
      start += DELIVERIES_WRITTEN_AT_ONCE_MAX
    ) {
      const page = found.slice(start, start + DELIVERIES_WRITTEN_AT_ONCE_MAX);
      const stored = await sideBySide(page, DELIVERIES_WRITTEN_AT_ONCE_MAX, ({ appId, id }) =>
        deliveries.get(appId, id),
      );
      const fitting = stored.filter((each) => {
        if (each === undefined) return false;
        const added = Buffer.byteLength(each.eventJson);
        // One always fits: no event exceeds a megabyte.
        if (bytes + added > ANSWER_BYTES_MAX) return false;
        bytes += added;
        return true;
      });
      const written = await sideBySide(fitting, DELIVERIES_WRITTEN_AT_ONCE_MAX, (each) =>
        each === undefined ? Promise.resolve(undefined) : takeOne(ports, publication, each, isAckRequired),
      );
      taken.push(...written.filter((each) => each !== undefined));
      if (fitting.length < page.length) break;
    }
    if (taken.length > 0) return taken;
  }
  return [];
}

/** Undefined if somebody else was faster. */
async function takeOne(
  { deliveries, clock }: PullPorts,
  { visibilitySeconds }: PublicationOf<'pull'>,
  { delivery, eventJson }: { readonly delivery: Delivery; readonly eventJson: string },
  isAckRequired: boolean,
): Promise<TakenDelivery | undefined> {
  const nowMs = clock.now();
  if (delivery.status !== 'available' || isHeld(delivery, nowMs)) return undefined;
  const given = withLapsedHold(delivery);
  const outgoing = withReplayed(delivery, eventJson);
  if (!isAckRequired) {
    const taken = await writeUnlessChanged(deliveries, pulled(given, nowMs));
    return taken && { delivery: taken, eventJson: outgoing };
  }
  const receipt = newReceipt(delivery.id);
  const held = await writeUnlessChanged(deliveries, {
    ...given,
    heldUntilMs: nowMs + visibilitySeconds * 1_000,
    receiptHash: receiptHash(receipt),
    updatedAtMs: nowMs,
  });
  return held && { delivery: held, eventJson: outgoing, receipt: receiptText(receipt) };
}

/** Ends the delivery: whoever pulled it has it. */
export function pulled(delivery: Delivery, nowMs: number): Delivery {
  const attempt = { atMs: nowMs, durationMs: 0 };
  return { ...ended(withAttempt(delivery, attempt), 'delivered', nowMs), heldUntilMs: undefined };
}

/** A delivery that was taken before but not acknowledged has one more attempt. */
function withLapsedHold(delivery: Delivery): Delivery {
  const { heldUntilMs } = delivery;
  if (heldUntilMs === undefined) return delivery;
  return withAttempt(delivery, {
    atMs: heldUntilMs,
    durationMs: 0,
    errorId: 'not-acknowledged',
    message: 'it was pulled, and not acknowledged in time',
  });
}

/** As `deliver` does when it sends: marks an event that a person retried. */
export function withReplayed({ replayedAtMs }: Delivery, eventJson: string): string {
  if (replayedAtMs === undefined) return eventJson;
  return jsonOf({ ...parseEvent(eventJson), replayed: new Date(replayedAtMs).toISOString() });
}
