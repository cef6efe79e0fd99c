import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { ConsumerQueue } from '../src/adapters/consumer-queue.ts';
import type { ReceivedMessage } from '../src/domain/queues/received-message.ts';
import type { ConsumerSettings } from '../src/settings/runtime.ts';

/** A Lambda function with a queue as its event source, as the consumer sees it. */
export type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export interface QueueConsumerOptions {
  readonly queue: ConsumerQueue;
  readonly functionName: string;
  readonly handler: SqsHandler;
  readonly settings: ConsumerSettings;
  /** No group may occupy more places than remain free: a group whose receiver hangs leaves room for the others. */
  readonly sharesBetweenGroups?: boolean;
  /** For a FIFO queue: receives each batch separately, so that related messages stay together. */
  readonly keepsOrder?: boolean;
  /** Receives what would be in the function's log on AWS. */
  readonly onFault: (functionName: string, message: string) => void;
}

const RECEIVE_WAIT_MS = 20_000;
const AFTER_FAULT_MS = 1_000;
/** How long a stop waits for invocations in progress. */
const STOP_WAIT_MS = 15_000;

/**
 * Implements the contract of Lambda's event source mapping: batches, concurrency, a timeout for each invocation,
 * partial batch failures. Concurrency is counted in messages: a slow message occupies its own place, not those of its
 * batch.
 */
export class QueueConsumer {
  readonly #options: QueueConsumerOptions;
  readonly #capacity: number;
  /** Messages in progress, by id. */
  readonly #open = new Map<string, ReceivedMessage>();
  /** Invocations and deletes in progress. */
  readonly #active = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  #ended = 0;
  /** Resolves the wait for a free place. */
  #onPlace: (() => void) | undefined;

  constructor(options: QueueConsumerOptions) {
    this.#options = options;
    this.#capacity = options.settings.batchSize * options.settings.maximumConcurrency;
    this.#loop = this.#run();
  }

  get progress(): { readonly underWay: number; readonly ended: number } {
    return { underWay: this.#open.size, ended: this.#ended };
  }

  /**
   * Deletes the message now, for a function that finishes it before its batch ends: messages that are not deleted are
   * repeated if the process dies.
   */
  done(messageId: string): void {
    const message = this.#open.get(messageId);
    // After its invocation timed out, the message belongs to the queue again.
    if (message === undefined) return;
    this.#leave([message]);
    this.#track(this.#delete([message]));
  }

  /** Stops receiving messages and waits for the invocations in progress. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#onPlace?.();
    await this.#loop;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_WAIT_MS);
    });
    const ended = async () => {
      while (this.#active.size > 0) await Promise.all(this.#active);
    };
    await Promise.race([ended(), patience]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { queue, settings, functionName, sharesBetweenGroups, keepsOrder, onFault } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const free = this.#capacity - this.#open.size;
      if (free === 0) {
        await new Promise<void>((resolve) => {
          this.#onPlace = resolve;
        });
        continue;
      }
      try {
        const messages = await queue.receive({
          max: keepsOrder === true ? Math.min(free, settings.batchSize) : free,
          freePlaces: sharesBetweenGroups === true ? free : undefined,
          waitMs: RECEIVE_WAIT_MS,
          signal,
        });
        for (let start = 0; start < messages.length; start += settings.batchSize) {
          this.#track(this.#invoke(messages.slice(start, start + settings.batchSize)));
        }
      } catch (error) {
        onFault(functionName, `receiving failed: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAULT_MS));
      }
    }
  }

  async #invoke(messages: readonly ReceivedMessage[]): Promise<void> {
    const { handler, queue, functionName, settings, onFault } = this.#options;
    for (const message of messages) this.#open.set(message.id, message);
    const stillOpen = (among = messages) => among.filter(({ id }) => this.#open.has(id));
    let timer: NodeJS.Timeout | undefined;
    try {
      const timeout = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`timed out after ${settings.functionTimeoutSeconds} s`)),
          settings.functionTimeoutSeconds * 1_000,
        );
      });
      const arn = this.#options.keepsOrder === true ? `${functionName}.fifo` : functionName;
      const event: SQSEvent = { Records: messages.map((message) => toRecord(message, arn)) };
      const response = await Promise.race([
        handler(event, lambdaContext(functionName, settings.functionTimeoutSeconds)),
        timeout,
      ]);
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const done = stillOpen().filter(({ id }) => !failed.has(id));
      this.#leave(done);
      if (done.length > 0) await this.#delete(done);
    } catch (error) {
      onFault(functionName, error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      clearTimeout(timer);
    }
    const failed = stillOpen();
    this.#leave(failed);
    if (failed.length === 0) return;
    try {
      await queue.fail(failed);
    } catch (error) {
      // They stay in flight until their visibility timeout and then return all the same.
      onFault(functionName, `giving back failed: ${String(error)}`);
    }
  }

  /** Retries until it succeeds: finished work must not be repeated because the disk was full for a moment. */
  async #delete(messages: readonly ReceivedMessage[]): Promise<void> {
    const { queue, functionName, onFault } = this.#options;
    for (;;) {
      try {
        await queue.delete(messages);
        return;
      } catch (error) {
        onFault(functionName, `deleting failed: ${String(error)}`);
        if (this.#stopping.signal.aborted) return;
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAULT_MS));
      }
    }
  }

  #leave(messages: readonly ReceivedMessage[]): void {
    for (const { id } of messages) this.#open.delete(id);
    this.#ended += messages.length;
    this.#onPlace?.();
    this.#onPlace = undefined;
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#active.delete(tracked));
    this.#active.add(tracked);
  }
}

function toRecord(message: ReceivedMessage, eventSourceARN: string): SQSRecord {
  const { id, receipt, body, groupId, receiveCount, sentAtMs, firstReceivedAtMs } = message;
  return {
    messageId: id,
    receiptHandle: receipt,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAtMs),
      SenderId: '',
      ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    },
    messageAttributes: {},
    // No function reads it, and computing it would cost as much as everything else here.
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'local',
  };
}

/** The Lambda context, with the remaining time. */
export function lambdaContext(functionName: string, timeoutSeconds: number): Context {
  const endsAtMs = Date.now() + timeoutSeconds * 1_000;
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '256',
    awsRequestId: crypto.randomUUID(),
    logGroupName: '',
    logStreamName: '',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, endsAtMs - Date.now()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
