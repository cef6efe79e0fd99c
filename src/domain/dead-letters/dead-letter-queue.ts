import type { DeadLetter, DeadLetterQueueName, ListedDeadLetter } from './dead-letter.ts';
import type { DeadLetterFilter } from './dead-letter-filter.ts';

/** Messages of one answer: what one page shows. */
export const DEAD_LETTERS_LISTED_MAX = 500;
export const DEAD_LETTERS_LISTED_DEFAULT = 50;
/** Messages that one call puts back or discards; a call has to end well within the time of an API request. */
export const DEAD_LETTERS_ENDED_MAX = 500;
/** Messages that a search looks at; on SQS fewer, since each look costs a request and counts as a receive. */
export const DEAD_LETTERS_LOOKED_AT_MAX = 10_000;

export type DeadLetterCounts = { readonly [Q in DeadLetterQueueName]: number };

/** The dead letters of an installation. */
export interface DeadLetterQueue {
  /** How many there are, of each queue. The count may be approximate. */
  counts(): Promise<DeadLetterCounts>;

  /** Some of those that match, at most `limit`; `isComplete` when there were no others. They stay where they are. */
  list(limit: number, filter?: DeadLetterFilter): Promise<DeadLetterList>;

  /** It stays where it is. */
  find(id: string): Promise<DeadLetterSearch>;

  /**
   * Puts one back on the queue it came from, and removes it here after that queue has accepted it: a death in between
   * leaves it on both, never on none.
   */
  redrive(id: string): Promise<RedriveResult | DeadLetterMissing>;

  /**
   * Puts back what matches and lay here before the time, at most `DEAD_LETTERS_ENDED_MAX`. What is buried meanwhile stays:
   * a message that cannot be read comes back at once, and would go round for ever. Stops where a queue refuses one.
   */
  redriveAll(beforeMs: number, filter?: DeadLetterFilter): Promise<DeadLettersEnded>;

  /** Removes one for good. */
  discard(id: string): Promise<DiscardResult | DeadLetterMissing>;

  /** As `redriveAll`, but removes them for good. */
  discardAll(beforeMs: number, filter: DeadLetterFilter): Promise<DeadLettersEnded>;

  /**
   * Looks at all of one queue, as far as one call comes, and removes for good those that it is told to. `isRemoved` sees each
   * at least once.
   */
  removeWhere(
    queue: DeadLetterQueueName,
    isRemoved: (deadLetter: DeadLetter) => boolean,
  ): Promise<RemoveResult>;
}

export interface RemoveResult {
  readonly removedCount: number;
  /** False when there may be some that were not looked at. */
  readonly isComplete: boolean;
}

export interface DeadLetterList {
  /** Oldest first. */
  readonly deadLetters: readonly ListedDeadLetter[];
  readonly isComplete: boolean;
  readonly lookedAtCount: number;
}

/**
 * `not-reached`: the queue gives its messages in no order and cannot be asked for one; so many were looked at without
 * coming to its end.
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
  /** Why a queue did not take one, or did not let it go: the rest stays as it is. */
  readonly refusal: string | undefined;
  /** False when there may be more. */
  readonly isComplete: boolean;
}
