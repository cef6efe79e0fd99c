import type { ReceivedMessage } from '../domain/queues/received-message.ts';

/**
 * The receiving side of a queue, as needed by a consumer that stands in for Lambda's event source mapping. A consumer
 * may rely on what SQS promises: delivery at least once, hidden while somebody works on the message, counted at each
 * receive.
 */
export interface ConsumerQueue {
  /**
   * Receives messages, which hides them for the visibility timeout. If there is none, waits for one within the limit of
   * the request; may return none earlier.
   */
  receive(request: ReceiveRequest): Promise<readonly ReceivedMessage[]>;
  /** Deletes messages that are done. A message that has been received again meanwhile stays. */
  delete(messages: readonly ReceivedMessage[]): Promise<void>;
  /**
   * Marks messages that ended in an error or took too long: they are delivered again after the visibility timeout, and
   * this receive counts.
   */
  fail(messages: readonly ReceivedMessage[]): Promise<void>;
}

export interface ReceiveRequest {
  /** At least 1. A queue may have its own limit, such as the 10 of SQS. */
  readonly max: number;
  /**
   * How many messages the receiver has room for. A group gets another message only while it has fewer in flight than
   * this: a group whose receiver hangs fills some places but leaves others free. A queue that shares fairly by itself
   * ignores this.
   */
  readonly freePlaces?: number | undefined;
  readonly waitMs: number;
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
}
