import type { DeadLetter, DeadLetterQueueName, ListedDeadLetter } from './dead-letter.ts';
import type { DeadLetterFilter } from './dead-letter-filter.ts';

/** Messages in one answer: what one page shows. */
export const DEAD_LETTERS_LISTED_MAX = 500;
export const DEAD_LETTERS_LISTED_DEFAULT = 50;
/** Messages that one call redrives or discards; a call has to finish well within the time limit of an API request. */
export const DEAD_LETTERS_ENDED_MAX = 500;
/** Messages that a search examines. On SQS it is fewer, since each look costs a request and counts as a receive. */
export const DEAD_LETTERS_LOOKED_AT_MAX = 10_000;

export type DeadLetterCounts = { readonly [Q in DeadLetterQueueName]: number };

/** The dead letters of an installation. */
export interface DeadLetterQueue {
  /** The number of dead letters of each queue. It may be approximate. */
  counts(): Promise<DeadLetterCounts>;

  /** Returns at most `limit` matching dead letters without moving them; `isComplete` if there are no others. */
  list(limit: number, filter?: DeadLetterFilter): Promise<DeadLetterList>;

  /** Finds one without moving it. */
  find(id: string): Promise<DeadLetterSearch>;

  /**
   * Puts one back on its source queue, and removes it here once that queue has accepted it. A crash in between leaves
   * it on both queues, never on neither.
   */
  redrive(id: string): Promise<RedriveResult | DeadLetterMissing>;

  /**
   * Puts back at most `DEAD_LETTERS_ENDED_MAX` matching messages that arrived here before `beforeMs`. Later arrivals
   * stay: an unreadable message comes back at once and would loop forever. Stops when a queue refuses a message.
   */
  redriveAll(beforeMs: number, filter?: DeadLetterFilter): Promise<DeadLettersEnded>;

  /** Removes one permanently. */
  discard(id: string): Promise<DiscardResult | DeadLetterMissing>;

  /** Like `redriveAll`, but removes the messages permanently. */
  discardAll(beforeMs: number, filter: DeadLetterFilter): Promise<DeadLettersEnded>;

  /**
   * Goes through one queue, as far as one call gets, and permanently removes the messages that `isRemoved` selects.
   * `isRemoved` sees each message at least once.
   */
  removeWhere(
    queue: DeadLetterQueueName,
    isRemoved: (deadLetter: DeadLetter) => boolean,
  ): Promise<RemoveResult>;
}

export interface RemoveResult {
  readonly removedCount: number;
  /** False when some messages may not have been examined. */
  readonly isComplete: boolean;
}

export interface DeadLetterList {
  /** Oldest first. */
  readonly deadLetters: readonly ListedDeadLetter[];
  readonly isComplete: boolean;
  readonly lookedAtCount: number;
}

/**
 * `not-reached`: the queue returns its messages in no order and offers no look-up by id; this many were examined before
 * the search gave up short of the end.
 */
export type DeadLetterMissing =
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-reached'; readonly lookedAtCount: number };

export type DeadLetterSearch =
  | { readonly kind: 'found'; readonly deadLetter: DeadLetter }
  | DeadLetterMissing;

export type RedriveResult =
  | { readonly kind: 'redriven'; readonly deadLetter: DeadLetter }
  | { readonly kind: 'refused'; readonly message: string };

export type DiscardResult =
  | { readonly kind: 'discarded'; readonly deadLetter: DeadLetter }
  | { readonly kind: 'refused'; readonly message: string };

export interface DeadLettersEnded {
  readonly count: number;
  readonly lookedAtCount: number;
  /** Why a queue refused to accept or release a message; the remaining ones are unchanged. */
  readonly refusal: string | undefined;
  /** False when there may be more. */
  readonly isComplete: boolean;
}
