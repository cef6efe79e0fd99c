import { stableId } from '../../base/ids.ts';
import type { Delivery } from './delivery.ts';

/**
 * One key of an ordered stream: its events go out one after another, each with the next number. While one of its
 * deliveries waits in the store, the lane is blocked and all later ones wait behind it.
 */
export interface Lane {
  readonly appId: string;
  /** See `laneId`. */
  readonly id: string;
  /** The number of the last event; 0 before the first. */
  readonly lastSequence: number;
  /** The deliveries with the latest numbers, oldest first, so that a redelivered message retains its number. */
  readonly recent: readonly string[];
  /** When the schedule checks the lane; present while it is blocked. */
  readonly lookAtMs?: number | undefined;
  readonly updatedAtMs: number;
  /** Grows with every write; a write names the version it read. 0: not stored yet. */
  readonly version: number;
}

/** A stored delivery of a blocked lane. */
export interface LaneMember {
  readonly sequence: number;
  readonly deliveryId: string;
}

/**
 * Deliveries whose numbers are remembered: two batches of the queue, which cover what a dead consumer left behind. With
 * more, a stored lane would exceed the kilobyte that one write unit covers.
 */
export const LANE_RECENT_MAX = 20;
/** The schedule checks a blocked lane this often, in case a worker died between its first delivery and the next. */
export const LANE_LOOK_MS = 10 * 60_000;
/** A lane without events for this long is removed; its next event has the number 1. */
export const LANE_KEPT_MS = 90 * 86_400_000;

/** The same key of the same stream yields the same lane. The 22 characters do not reveal the key. */
export function laneId(subscriptionId: string, publicationId: string, key: string): string {
  return stableId('lane', subscriptionId, publicationId, key);
}

export function newLane(appId: string, id: string, nowMs: number): Lane {
  return { appId, id, lastSequence: 0, recent: [], updatedAtMs: nowMs, version: 0 };
}

export function isBlocked({ lookAtMs }: Lane): boolean {
  return lookAtMs !== undefined;
}

/** The number of a delivery, if it is among the most recently numbered ones. */
export function numberOf({ recent, lastSequence }: Lane, deliveryId: string): number | undefined {
  const place = recent.lastIndexOf(deliveryId);
  return place < 0 ? undefined : lastSequence - (recent.length - 1 - place);
}

/** The lane after numbering these deliveries: those without a number get the next ones, in order. */
export function numbered(lane: Lane, deliveryIds: readonly string[]): Lane {
  let { lastSequence } = lane;
  const recent = [...lane.recent];
  for (const id of deliveryIds) {
    if (recent.includes(id)) continue;
    recent.push(id);
    lastSequence += 1;
  }
  return { ...lane, lastSequence, recent: recent.slice(-LANE_RECENT_MAX) };
}

export function blocked(lane: Lane, nowMs: number): Lane {
  return { ...lane, lookAtMs: nowMs + LANE_LOOK_MS, updatedAtMs: nowMs };
}

export function unblocked(lane: Lane, nowMs: number): Lane {
  return { ...lane, lookAtMs: undefined, updatedAtMs: nowMs };
}

/** Whether the delivery waits behind another one of its lane, and is not sent before that one has ended. */
export function isHeld({ lane, status, nextAttemptAtMs }: Delivery): boolean {
  return lane !== undefined && status === 'waiting' && nextAttemptAtMs === undefined;
}
