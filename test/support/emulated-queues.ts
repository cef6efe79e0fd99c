import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import type { SqsDeadLetterSource } from '../../src/adapters/sqs/dead-letter-queue.ts';
import type { DeadLetterQueueName } from '../../src/domain/dead-letters/dead-letter.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import { receivedMessageOf } from './sqs-consumer-queue.ts';

export interface EmulatedQueueSettings {
  readonly maxReceiveCount?: number;
  readonly visibilityTimeoutSeconds?: number;
}

function queueNameOf(queue: DeadLetterQueueName): string {
  return queue === 'ordered' ? 'ordered.fifo' : queue;
}

function deadLetterNameOf(queue: DeadLetterQueueName): string {
  return queue === 'ordered' ? 'ordered-dlq.fifo' : `${queue}-dlq`;
}

/**
 * The work queues with their DLQs on fauxqs, in memory, because on files it cannot make a message visible at once. It
 * ignores message groups on a standard queue, and its counts are exact: do not assert either here.
 */
export class EmulatedQueues {
  readonly client: SQSClient;
  readonly endpoint: string;
  readonly sources: { readonly [Q in DeadLetterQueueName]: SqsDeadLetterSource };
  readonly #server: FauxqsServer;

  private constructor(
    server: FauxqsServer,
    client: SQSClient,
    endpoint: string,
    sources: EmulatedQueues['sources'],
  ) {
    this.#server = server;
    this.client = client;
    this.endpoint = endpoint;
    this.sources = sources;
  }

  static async start(settings: EmulatedQueueSettings = {}): Promise<EmulatedQueues> {
    const { maxReceiveCount = 24, visibilityTimeoutSeconds = 360 } = settings;
    const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
    const endpoint = `http://127.0.0.1:${server.port}`;
    const client = makeSqsClient({ endpoint });
    const create = async (name: DeadLetterQueueName): Promise<SqsDeadLetterSource> => {
      const fifo: Record<string, string> = name === 'ordered' ? { FifoQueue: 'true' } : {};
      const deadLetterQueueUrl = server.createQueue(deadLetterNameOf(name), { attributes: fifo }).queueUrl;
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
      );
      const { queueUrl } = server.createQueue(queueNameOf(name), {
        attributes: {
          ...fifo,
          VisibilityTimeout: String(visibilityTimeoutSeconds),
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount }),
        },
      });
      return { queueUrl, deadLetterQueueUrl };
    };
    return new EmulatedQueues(server, client, endpoint, {
      deliveries: await create('deliveries'),
      ordered: await create('ordered'),
      polls: await create('polls'),
    });
  }

  async send(queue: DeadLetterQueueName, body: string): Promise<string> {
    const { MessageId = '' } = await this.client.send(
      new SendMessageCommand({ QueueUrl: this.sources[queue].queueUrl, MessageBody: body }),
    );
    return MessageId;
  }

  /** Receives as Lambda does for a function. */
  async receive(queue: DeadLetterQueueName): Promise<ReceivedMessage[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.sources[queue].queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages.map(receivedMessageOf);
  }

  /** Bodies of the messages that can be received now. */
  bodies(queue: DeadLetterQueueName): string[] {
    return this.#server.inspectQueue(queueNameOf(queue))?.messages.ready.map(({ body }) => body) ?? [];
  }

  inFlightCount(queue: DeadLetterQueueName): number {
    return this.#server.inspectQueue(queueNameOf(queue))?.messages.inflight.length ?? 0;
  }

  /** The number of dead letters that can be received now. */
  visibleDeadLetterCount(queue: DeadLetterQueueName): number {
    return this.#server.inspectQueue(deadLetterNameOf(queue))?.messages.ready.length ?? 0;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.#server.stop();
  }
}
