import type { EventInFormats, FeedTarget } from './feed-source.ts';

/** Reads what a gap event left out. Implemented by `src/platforms/salesforce/gap-repair.ts`. */
export interface GapRepair {
  /**
   * The event that gives a record of the gap as it is now, in the formats that the gap event is given in. It says which event it
   * repairs, and has the same id however often it is asked for. Never throws for what Salesforce or the network did.
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
  /** The record was deleted since: the event about that follows by itself. */
  | { readonly kind: 'deleted' }
  /** failed: may pass; not-authorized: not before a person has authorized the org again. */
  | { readonly kind: 'failed' | 'not-authorized'; readonly message: string };
