import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  MessageNotInflight,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { farSideSettings } from '../src/adapters/far-side.ts';
import { type ConsumerSettings, QUEUE_RETENTION_SECONDS } from '../src/settings/runtime.ts';

export interface LocalQueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** SQS on this machine: fauxqs, with its queues in a SQLite file that survives `kill -9`. */
export interface LocalSqs {
  readonly endpoint: string;
  readonly client: SQSClient;
  /** Makes the queue and its DLQ with the settings that AWS uses too, or brings them up to date; answers their URLs. */
  ensureQueue(name: string, settings: ConsumerSettings): Promise<LocalQueueUrls>;
  stop(): Promise<void>;
}

const DEAD_LETTER_SUFFIX = '-dlq';

export async function startSqs(dataDir: string): Promise<LocalSqs> {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, dataDir });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = new SQSClient(farSideSettings({ endpoint }));
  return {
    endpoint,
    client,
    async ensureQueue(name, settings) {
      const deadLetterQueueUrl = await ensure(client, `${name}${DEAD_LETTER_SUFFIX}`, {
        MessageRetentionPeriod: String(QUEUE_RETENTION_SECONDS),
      });
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
      );
      const queueUrl = await ensure(client, name, {
        MessageRetentionPeriod: String(QUEUE_RETENTION_SECONDS),
        VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.QueueArn,
          maxReceiveCount: settings.maxReceiveCount,
        }),
      });
      await giveBackInFlight(server, client, name, queueUrl);
      return { queueUrl, deadLetterQueueUrl };
    },
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}

async function ensure(client: SQSClient, name: string, attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }));
  if (QueueUrl === undefined) throw new Error(`expected the emulator to name the URL of queue ${name}`);
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  return QueueUrl;
}

/** Not 0: the emulator's SQLite store refuses that (it writes NULL where its schema has NOT NULL). */
const GIVE_BACK_SECONDS = 1;

/**
 * What the last process had taken and not finished is visible again at once: its consumers are gone with it, and nobody
 * should wait minutes for a visibility timeout after a restart.
 */
async function giveBackInFlight(
  server: FauxqsServer,
  client: SQSClient,
  name: string,
  url: string,
): Promise<void> {
  const inFlight = server.inspectQueue(name)?.messages.inflight ?? [];
  for (const { receiptHandle } of inFlight) {
    try {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: GIVE_BACK_SECONDS,
        }),
      );
    } catch (error) {
      // Its visibility timeout has just run out: then it is visible.
      if (!(error instanceof MessageNotInflight)) throw error;
    }
  }
}
