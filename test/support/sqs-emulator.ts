import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { farSideSettings } from '../../src/adapters/far-side.ts';
import { type ConsumerSettings, QUEUE_RETENTION_SECONDS } from '../../src/settings/runtime.ts';

export interface LocalQueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** SQS emulated by fauxqs. */
export interface LocalSqs {
  readonly endpoint: string;
  readonly client: SQSClient;
  /** Creates the queue and its DLQ with the settings used on AWS, or updates them; returns their URLs. */
  ensureQueue(name: string, settings: ConsumerSettings, keepsOrder?: boolean): Promise<LocalQueueUrls>;
  stop(): Promise<void>;
}

const DEAD_LETTER_SUFFIX = '-dlq';

/**
 * @param dataDir where the queues are stored; in memory when absent: on files fauxqs cannot make a message visible at
 * once
 */
export async function startSqs(dataDir?: string): Promise<LocalSqs> {
  const server = await startFauxqs({
    port: 0,
    host: '127.0.0.1',
    logger: false,
    ...(dataDir !== undefined && { dataDir }),
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = new SQSClient(farSideSettings({ endpoint }));
  return {
    endpoint,
    client,
    async ensureQueue(name, settings, keepsOrder = false) {
      const fifo = keepsOrder ? { FifoQueue: 'true' } : undefined;
      const suffix = keepsOrder ? '.fifo' : '';
      const deadLetterQueueUrl = await ensure(client, `${name}${DEAD_LETTER_SUFFIX}${suffix}`, fifo, {
        MessageRetentionPeriod: String(QUEUE_RETENTION_SECONDS),
      });
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
      );
      const queueUrl = await ensure(client, `${name}${suffix}`, fifo, {
        MessageRetentionPeriod: String(QUEUE_RETENTION_SECONDS),
        VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.QueueArn,
          maxReceiveCount: settings.maxReceiveCount,
        }),
      });
      return { queueUrl, deadLetterQueueUrl };
    },
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}

/** @param kind cannot be changed once the queue exists */
async function ensure(
  client: SQSClient,
  name: string,
  kind: Record<string, string> | undefined,
  attributes: Record<string, string>,
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: kind }));
  if (QueueUrl === undefined) throw new Error(`expected the emulator to name the URL of queue ${name}`);
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  return QueueUrl;
}
