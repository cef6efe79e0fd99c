import type { MessageReturns } from '../domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../domain/queues/received-message.ts';
import { returnDelaySeconds } from '../domain/queues/return-delay.ts';
import type { Log } from '../telemetry/logger.ts';

export interface GiveBackPorts {
  readonly returns: MessageReturns;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
}

/** How a batch ended, by the ids of its messages. What is in neither is done. */
export interface BatchOutcome {
  /** Met something unexpected: to be received again. */
  readonly failed: ReadonlySet<string>;
  /** Cannot be read, now or ever, and why: our own words, nothing of the body. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/**
 * Ends a batch: what cannot be read goes to the dead letters, what failed is received again after a delay that grows
 * with its receives. Answers the ids of the messages that the queue has to keep; the others may be deleted.
 */
export async function giveBack(
  { returns, random, log }: GiveBackPorts,
  messages: readonly ReceivedMessage[],
  { failed, unreadable }: BatchOutcome,
): Promise<readonly string[]> {
  const kept = messages.filter(({ messageId }) => failed.has(messageId));
  await Promise.all(
    messages.map(async (message) => {
      const { messageId } = message;
      const reason = unreadable.get(messageId);
      if (reason === undefined || failed.has(messageId)) return;
      const result = await returns.deadLetter(message, reason);
      if (result.kind === 'done') return;
      log.write('MESSAGE_NOT_DEAD_LETTERED', { messageId, error: result.message });
      kept.push(message);
    }),
  );
  if (kept.length === 0) return [];
  const results = await returns.returnLater(
    kept.map((message) => ({ message, delaySeconds: returnDelaySeconds(message.receiveCount, random()) })),
  );
  for (const [index, result] of results.entries()) {
    if (result.kind === 'done') continue;
    // It comes again all the same, after the queue's visibility timeout.
    log.write('MESSAGE_NOT_RETURNED', { messageId: kept[index]?.messageId, error: result.message });
  }
  return kept.map(({ messageId }) => messageId);
}
