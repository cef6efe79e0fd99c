import type { MessageReturn, MessageReturns, ReturnResult } from '../../domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../../domain/queues/received-message.ts';
import { StorageFullError } from '../../domain/storage-full.ts';
import type { SqliteQueue } from './queue.ts';

const DONE: ReturnResult = { kind: 'done' };

export class SqliteMessageReturns implements MessageReturns {
  readonly #queue: SqliteQueue;

  constructor(queue: SqliteQueue) {
    this.#queue = queue;
  }

  returnLater(returns: readonly MessageReturn[]): Promise<readonly ReturnResult[]> {
    return Promise.all(
      returns.map(({ message, delaySeconds }) =>
        refusedWhenFull(this.#queue.returnLater([message], delaySeconds)),
      ),
    );
  }

  deadLetter(message: ReceivedMessage, reason: string): Promise<ReturnResult> {
    return refusedWhenFull(this.#queue.deadLetter([message], reason));
  }
}

async function refusedWhenFull(write: Promise<void>): Promise<ReturnResult> {
  try {
    await write;
    return DONE;
  } catch (error) {
    if (!(error instanceof StorageFullError)) throw error;
    // This is an outcome of the port: the caller logs it and keeps the message.
    return { kind: 'refused', message: error.message };
  }
}
