import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { ConsumerSettings } from '../src/settings/runtime.ts';

/** A Lambda function on a queue, as far as the consumer knows it. */
export type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export interface QueueConsumerOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly functionName: string;
  readonly handler: SqsHandler;
  readonly settings: ConsumerSettings;
  /** Told of what would be in the function's log on AWS. */
  readonly onFault: (functionName: string, message: string) => void;
}

/**
 * Short, because a long poll must never be aborted: the emulator then hides its message until the visibility timeout.
 * A message that arrives ends the wait at once, so this costs no latency.
 */
const RECEIVE_WAIT_SECONDS = 1;
const AFTER_FAULT_MS = 1_000;
/** How long a stop waits for invocations that are under way. */
const STOP_WAIT_MS = 15_000;

/**
 * Keeps the contract of Lambda's event source mapping: batches, concurrency, a timeout for each invocation, partial batch
 * failures. What failed stays on the queue until its visibility timeout, as on AWS.
 */
export class QueueConsumer {
  readonly #options: QueueConsumerOptions;
  readonly #active = new Set<Promise<void>>();
  #running = true;
  #loop: Promise<void>;

  constructor(options: QueueConsumerOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** Takes no more messages, and waits for the invocations under way. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_WAIT_MS);
    });
    await Promise.race([Promise.all(this.#active), patience]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { settings, functionName, onFault } = this.#options;
    while (this.#running) {
      if (this.#active.size >= settings.maximumConcurrency) {
        await Promise.race(this.#active);
        continue;
      }
      try {
        const messages = await this.#receive();
        if (messages.length === 0) continue;
        const invocation = this.#invoke(messages).finally(() => this.#active.delete(invocation));
        this.#active.add(invocation);
      } catch (error) {
        onFault(functionName, `receiving failed: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAULT_MS));
      }
    }
  }

  async #receive(): Promise<readonly Message[]> {
    const { sqs, queueUrl, settings } = this.#options;
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: settings.batchSize,
        WaitTimeSeconds: RECEIVE_WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages ?? [];
  }

  async #invoke(messages: readonly Message[]): Promise<void> {
    const { handler, functionName, settings, onFault } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      const timeout = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`timed out after ${settings.functionTimeoutSeconds} s`)),
          settings.functionTimeoutSeconds * 1_000,
        );
      });
      const event: SQSEvent = { Records: messages.map(toRecord) };
      const response = await Promise.race([
        handler(event, lambdaContext(functionName, settings.functionTimeoutSeconds)),
        timeout,
      ]);
      const failed = new Set(response.batchItemFailures.map((failure) => failure.itemIdentifier));
      await this.#delete(messages.filter((message) => !failed.has(message.MessageId ?? '')));
    } catch (error) {
      onFault(functionName, error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const { sqs, queueUrl } = this.#options;
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map((message, index) => ({
          Id: String(index),
          ReceiptHandle: message.ReceiptHandle,
        })),
      }),
    );
  }
}

function toRecord(message: Message): SQSRecord {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
      SentTimestamp: message.Attributes?.SentTimestamp ?? '',
      SenderId: message.Attributes?.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '',
      ...(message.Attributes?.MessageGroupId === undefined
        ? {}
        : { MessageGroupId: message.Attributes.MessageGroupId }),
    },
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: 'local',
  };
}

/** What a function may ask of its context, with the time it has left. */
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
