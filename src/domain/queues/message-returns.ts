import type { ReceivedMessage } from './received-message.ts';

/** What a consumer does with messages that it could not end. One for each queue. */
export interface MessageReturns {
  /**
   * Lets each message be received again after its delay instead of after the queue's visibility timeout. Answers in
   * order, one a message; never throws. A message that was refused is received again after the visibility timeout.
   */
  returnLater(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]>;
  /**
   * Puts the message among the dead letters of its queue, with the reason. The consumer then ends the message as if it
   * were done. Never throws: a message that was refused has to be kept.
   */
  deadLetter(message: ReceivedMessage, reason: string): Promise<ReturnResult>;
}

export interface MessageReturn {
  readonly message: ReceivedMessage;
  /** Whole seconds, at least 0. */
  readonly delaySeconds: number;
}

export type ReturnResult = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly message: string };
