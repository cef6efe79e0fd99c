import type { ReceivedMessage } from './received-message.ts';

/** Handles the messages that a consumer cannot finish. There is one per queue. */
export interface MessageReturns {
  /**
   * Makes each message visible again after its delay instead of after the queue's visibility timeout. Returns one
   * result per message, in order; never throws. If the queue refuses, the visibility timeout applies.
   */
  returnLater(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]>;
  /**
   * Adds the message, with the reason, to its queue's dead letters. The consumer may then delete the message. Never
   * throws; if the queue refuses, the message has to stay on its queue.
   */
  deadLetter(message: ReceivedMessage, reason: string): Promise<ReturnResult>;
}

export interface MessageReturn {
  readonly message: ReceivedMessage;
  /** Whole seconds, at least 0. */
  readonly delaySeconds: number;
}

export type ReturnResult = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly message: string };
