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

export type QueueResult =
  | { readonly queued: true }
  /** A reason where the caller has something else to say for it than that the queue takes no more. */
  | { readonly queued: false; readonly message: string; readonly reason?: 'storage-full' };

/** SQS's longest delay. */
export const QUEUE_DELAY_SECONDS_MAX = 900;
