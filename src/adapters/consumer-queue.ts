import type { ReceivedMessage } from '../domain/queues/received-message.ts';

/**
 * The receiving side of a queue, as a consumer that plays Lambda's event source mapping needs it. What SQS promises of each
 * of these is what a consumer may rely on: at least once, hidden while somebody works on it, counted at each receive.
 */
export interface ConsumerQueue {
  /**
   * Takes messages off the queue for its visibility timeout. Waits for one to come when there is none, as long as it may;
   * may answer none before that.
   */
  receive(request: ReceiveRequest): Promise<readonly ReceivedMessage[]>;
  /** These are done. One that was received again meanwhile stays. */
  delete(messages: readonly ReceivedMessage[]): Promise<void>;
  /** These were not ended, by an error or for too long: they are given again after the visibility timeout, and this receive counts. */
  fail(messages: readonly ReceivedMessage[]): Promise<void>;
}

export interface ReceiveRequest {
  /** At least 1. A queue may have a limit of its own, as SQS has 10. */
  readonly max: number;
  /**
   * Places for messages that the receiver has free. A group is given another only while it has fewer in flight than these:
   * whose receiver hangs fills some, and leaves some. A queue that shares fairly by itself passes over it.
   */
  readonly freePlaces?: number | undefined;
  readonly waitMs: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}
