import type { MessageReturns } from '../domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../domain/queues/received-message.ts';
import { returnDelaySeconds } from '../domain/queues/return-delay.ts';
import type { Log } from '../telemetry/logger.ts';

export interface EndBatchPorts {
  readonly returns: MessageReturns;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
}

/** How a batch ended, by message id. A message in neither collection is done. */
export interface BatchOutcome {
  /** Messages that failed unexpectedly and have to be received again. */
  readonly failed: ReadonlySet<string>;
  /**
   * Messages that nobody will ever be able to read, each with the reason in our own words and nothing from the body.
   */
  readonly unreadable: ReadonlyMap<string, string>;
}

/**
 * Ends a batch. An unreadable message goes to the dead letters. A failed message is received again, after a delay that
 * grows with its receive count. Returns the ids of the messages that the queue has to retain; the others may be
 * deleted.
 */
export async function endBatch(
  { returns, random, log }: EndBatchPorts,
  messages: readonly ReceivedMessage[],
  { failed, unreadable }: BatchOutcome,
): Promise<readonly string[]> {
  if (failed.size === 0 && unreadable.size === 0) return [];
  const toReturn = messages.filter(({ id }) => failed.has(id));
  await Promise.all(
    messages.map(async (message) => {
      const { id } = message;
      const reason = unreadable.get(id);
      if (reason === undefined || failed.has(id)) return;
      const result = await returns.deadLetter(message, reason);
      if (result.kind === 'done') return;
      log.write('MESSAGE_NOT_DEAD_LETTERED', { messageId: id, error: result.message });
      toReturn.push(message);
    }),
  );
  if (toReturn.length === 0) return [];
  const results = await returns.returnLater(
    toReturn.map((message) => ({
      message,
      delaySeconds: returnDelaySeconds(message.receiveCount, random()),
    })),
  );
  for (const [index, result] of results.entries()) {
    if (result.kind === 'done') continue;
    // The message is received again all the same, after the queue's visibility timeout.
    log.write('MESSAGE_NOT_RETURNED', { messageId: toReturn[index]?.id, error: result.message });
  }
  return toReturn.map(({ id }) => id);
}
