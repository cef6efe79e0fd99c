import { stableId } from '../../base/ids.ts';
import type { Delivery } from './delivery.ts';

/**
 * One key of an ordered stream: its events go out one after the other, each with the next number. While a delivery of it
 * waits in the store, the lane is blocked: all later ones wait behind it.
 */
export interface Lane {
  readonly appId: string;
  /** See `laneId`. */
  readonly id: string;
  /** The number that the last event got; 0 before the first. */
  readonly lastSequence: number;
  /** The deliveries that got the last numbers, oldest first: a message that comes again keeps the number that it had. */
  readonly recent: readonly string[];
  /** When the schedule looks at it; present while it is blocked. */
  readonly lookAtMs?: number | undefined;
  readonly updatedAtMs: number;
  /** Grows with every write; a write names the version it read. 0: not stored yet. */
  readonly version: number;
}

/** A delivery of a blocked lane, in the store. */
export interface LaneMember {
  readonly sequence: number;
  readonly deliveryId: string;
}

/**
 * Deliveries whose numbers are remembered. Twice a batch of the queue: what a consumer left when it died is among them. More
 * would make a stored lane larger than the kilobyte that one write costs.
 */
export const LANE_RECENT_MAX = 20;
/** The schedule looks so often at a blocked lane, in case that whoever ended its first delivery died before the next was sent. */
export const LANE_LOOK_MS = 10 * 60_000;
/** A lane without events for so long is forgotten: its next event has the number 1. */
export const LANE_KEPT_MS = 90 * 86_400_000;

/** The same key of the same stream is the same lane. 22 characters, of which the key cannot be told. */
export function laneId(subscriptionId: string, publicationId: string, key: string): string {
  return stableId('lane', subscriptionId, publicationId, key);
}

export function newLane(appId: string, id: string, nowMs: number): Lane {
  return { appId, id, lastSequence: 0, recent: [], updatedAtMs: nowMs, version: 0 };
}

export function isBlocked({ lookAtMs }: Lane): boolean {
  return lookAtMs !== undefined;
}

/** The number of a delivery, if it is among the last ones that got one. */
export function numberOf({ recent, lastSequence }: Lane, deliveryId: string): number | undefined {
  const place = recent.lastIndexOf(deliveryId);
  return place < 0 ? undefined : lastSequence - (recent.length - 1 - place);
}

/** The lane after these got their numbers: in their order, those without a number the next ones. */
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

/** Behind another one of its lane: nobody sends it before that has ended. */
export function isHeld({ lane, status, nextAttemptAtMs }: Delivery): boolean {
  return lane !== undefined && status === 'waiting' && nextAttemptAtMs === undefined;
}
