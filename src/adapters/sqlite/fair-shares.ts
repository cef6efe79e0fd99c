import { makeCache } from '../../base/cache.ts';

/** What a group may have in flight before anything is known of it. */
export const FIRST_WINDOW = 8;
/** A message that its consumer had for longer waited for somebody: a receiver that hangs, mostly. */
export const SLOW_MS = 1_000;
/** Of the places that its others leave, an owner takes no more than this part. */
const OWNER_PART = 3 / 4;
const GROUPS_MAX = 10_000;

/** How many messages somebody has in flight, and how many places for messages are free. */
interface Places {
  readonly inFlight: number;
  readonly free: number;
}

/** Whose group it is, with the slash: `owner/group`. A group without one is its own owner. */
export function ownerOf(groupId: string): string {
  const slash = groupId.indexOf('/');
  return slash === -1 ? groupId : groupId.slice(0, slash + 1);
}

/**
 * How many places of a consumer a group and its owner may have. Each leaves some to the others; and a group has a window,
 * which grows with every message that ends soon, and shrinks with every one that does not. So a hundred groups whose receivers
 * hang hold a hundred small windows, and those that answer are served.
 */
export class FairShares {
  /** By group. */
  readonly #windows = makeCache<number>(GROUPS_MAX);

  /** More messages that the owner may be given. */
  ofOwner({ inFlight, free }: Places): number {
    if (free <= 0) return 0;
    // Who has none gets one of the last, too.
    return Math.max(Math.floor((free + inFlight) * OWNER_PART) - inFlight, inFlight === 0 ? 1 : 0);
  }

  /** More messages that the group may be given, if its owner may. */
  ofGroup(groupId: string, { inFlight, free }: Places): number {
    const window = this.#windows.get(groupId) ?? FIRST_WINDOW;
    // With each one that it gets, it has one more, and one place less is free.
    return Math.min(window - inFlight, Math.ceil((free - inFlight) / 2));
  }

  /** A message of the group has ended, one way or the other. */
  ended(groupId: string, tookMs: number): void {
    const window = this.#windows.get(groupId) ?? FIRST_WINDOW;
    this.#windows.set(groupId, tookMs > SLOW_MS ? Math.max(1, Math.floor(window / 2)) : window + 1);
  }
}
