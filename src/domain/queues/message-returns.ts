import type { ReceivedMessage } from './received-message.ts';

/** What a consumer does with the messages that it cannot finish. One for each queue. */
export interface MessageReturns {
  /**
   * Makes each message visible again after its delay instead of after the queue's visibility timeout. Answers in order, one
   * result a message; never throws. If the queue refuses, the visibility timeout applies.
   */
  returnLater(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]>;
  /**
   * Puts the message among the dead letters of its queue, with the reason. The consumer may then delete the message. Never
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
