import { makeCache } from '../../base/cache.ts';

/** How many messages a group may have in flight before anything is known about it. */
export const FIRST_WINDOW = 8;
/** A message that its consumer had for longer was waiting for something, usually a receiver that hangs. */
export const SLOW_MS = 1_000;
/** The largest part of the places left by other owners that one owner may take. */
const OWNER_PART = 3 / 4;
const GROUPS_MAX = 10_000;

/** How many messages an owner or group has in flight, and how many places are free. */
interface Places {
  readonly inFlight: number;
  readonly free: number;
}

/** The owner of a group, with the slash: `owner/group`. A group without an owner owns itself. */
export function ownerOf(groupId: string): string {
  const slash = groupId.indexOf('/');
  return slash === -1 ? groupId : groupId.slice(0, slash + 1);
}

/**
 * Decides how many places of a consumer a group and its owner may have. Each leaves some to the others. A group also
 * has a window, which grows with every message that ends soon and shrinks with every one that does not. So a hundred
 * groups whose receivers hang hold a hundred small windows, and those that answer are served.
 */
export class FairShares {
  /** Keyed by group. */
  readonly #windows = makeCache<number>(GROUPS_MAX);

  /** How many more messages the owner may get. */
  ofOwner({ inFlight, free }: Places): number {
    if (free <= 0) return 0;
    // An owner without messages gets one even of the last places.
    return Math.max(Math.floor((free + inFlight) * OWNER_PART) - inFlight, inFlight === 0 ? 1 : 0);
  }

  /** How many more messages the group may get, if its owner may get them. */
  ofGroup(groupId: string, { inFlight, free }: Places): number {
    const window = this.#windows.get(groupId) ?? FIRST_WINDOW;
    // Each message that the group gets adds one in flight and takes one free place.
    return Math.min(window - inFlight, Math.ceil((free - inFlight) / 2));
  }

  /** A message of the group has ended, successfully or not. */
  ended(groupId: string, tookMs: number): void {
    const window = this.#windows.get(groupId) ?? FIRST_WINDOW;
    this.#windows.set(groupId, tookMs > SLOW_MS ? Math.max(1, Math.floor(window / 2)) : window + 1);
  }
}
