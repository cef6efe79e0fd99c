/** The queue between the sources and `deliver`. */
export interface DeliveryQueue {
  /**
   * Queues the messages, in as few requests as the queue's limits allow (10 entries, 1 MiB), one request at a time
   * per call. Answers in order, one a message; never throws for a message the queue refused or a request that failed.
   */
  send(messages: readonly OutgoingMessage[]): Promise<readonly QueueResult[]>;
}

export interface OutgoingMessage {
  /** JSON text, of one line or more. Characters that the queue does not take may arrive escaped, as the same JSON. */
  readonly body: string;
  /** Fair queueing: the publication's id. */
  readonly groupId?: string | undefined;
  /** 0–900. */
  readonly delaySeconds?: number | undefined;
}

/**
 * Why a queue refuses, where that is more than taking no more at the moment. `misconfigured`: it stays until somebody mends the
 * installation, e.g. a right that is missing.
 */
export type RefusalReason = 'storage-full' | 'misconfigured';

export type QueueResult =
  | { readonly queued: true }
  | { readonly queued: false; readonly message: string; readonly reason?: RefusalReason | undefined };

/** SQS's longest delay. */
export const QUEUE_DELAY_SECONDS_MAX = 900;
