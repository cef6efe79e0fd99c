import type { EventInFormats, FeedTarget } from './feed-source.ts';

/** Reads the records that a gap event omits. Implemented by `src/platforms/salesforce/gap-repair.ts`. */
export interface GapRepair {
  /**
   * Returns an event with the current state of one record of the gap, in the formats of the gap event. It names the
   * event that it repairs, and its id is the same on every call. Never throws for an error of Salesforce or the
   * network.
   */
  repair(
    target: FeedTarget,
    gapEvent: EventInFormats,
    entity: string,
    recordId: string,
  ): Promise<RepairOutcome>;
}

export type RepairOutcome =
  | { readonly kind: 'repaired'; readonly event: EventInFormats }
  /** The record has since been deleted; its own event follows. */
  | { readonly kind: 'deleted' }
  /** failed: possibly transient; not-authorized: fails until a person authorizes the org again. */
  | { readonly kind: 'failed' | 'not-authorized'; readonly message: string };
