import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ACCOUNT, type Emulator, REGION } from './emulator.ts';
import type { Stage } from './rehearsal.ts';
import { until } from './until.ts';

const QUEUE = 'rehearsed.fifo';
const BUS = 'rehearsed';
/** A rule on the bus sends its matches here, because a bus itself stores nothing. */
const BEHIND_BUS = 'behind-the-bus';
const STREAM = 'rehearsed';
const BUCKET = 'rehearsed-lake';

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const ARNS = {
  sqs: arn('sqs', QUEUE),
  eventbridge: arn('events', `event-bus/${BUS}`),
  kinesis: arn('kinesis', `stream/${STREAM}`),
  s3: `arn:aws:s3:::${BUCKET}/raw`,
} as const;

const FOR_THE_RULE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn('sqs', BEHIND_BUS),
    },
  ],
});

/** Deployed with the first installation. */
export const ALLOWED_TARGETS = Object.values(ARNS).join(',');

/** A queue, a bus, a stream and a bucket: created, refused while they are not allowed, sent to, and inspected. */
export async function rehearseAwsTargets({ app, emulator }: Stage): Promise<string> {
  const clients = makeClients(emulator);
  await makeTargets(clients);
  for (const [platform, target] of Object.entries(ARNS)) {
    await app.call('POST', `/platforms/${platform}/publications`, { name: `to-${platform}`, arn: target });
  }
  await expectRefusal(app, arn('sqs', 'not-allowed'));
  for (const platform of Object.keys(ARNS)) await app.publish(`to-${platform}`, { to: platform });

  const arrivals: Readonly<Record<keyof typeof ARNS, () => Promise<readonly string[]>>> = {
    sqs: () => received(clients.sqs, emulator, QUEUE),
    eventbridge: () => received(clients.sqs, emulator, BEHIND_BUS),
    kinesis: () => recorded(clients.kinesis),
    s3: () => written(clients.s3),
  };
  for (const [platform, texts] of Object.entries(arrivals)) {
    await until(`the event to arrive by ${platform}`, async () =>
      // The emulator's bus reserializes JSON, with spaces.
      (await texts()).some((text) => text.replaceAll(/\s/g, '').includes(`"to":"${platform}"`)),
    );
  }
  return `by ${Object.keys(ARNS).join(', ')}`;
}

async function expectRefusal(app: Stage['app'], target: string): Promise<void> {
  try {
    await app.call('POST', '/platforms/sqs/publications', { name: 'refused', arn: target });
  } catch (error) {
    if (error instanceof Error && error.message.includes('target-not-allowed')) return;
    throw error;
  }
  throw new Error(`expected ${target} to be refused`);
}

function makeClients({ client }: Emulator) {
  return {
    sqs: new SQSClient({ ...client, md5: false }),
    events: new EventBridgeClient(client),
    kinesis: new KinesisClient(client),
    s3: new S3Client(client),
  };
}

async function makeTargets({ sqs, events, kinesis, s3 }: ReturnType<typeof makeClients>): Promise<void> {
  await sqs.send(new CreateQueueCommand({ QueueName: QUEUE, Attributes: { FifoQueue: 'true' } }));
  await sqs.send(new CreateQueueCommand({ QueueName: BEHIND_BUS, Attributes: { Policy: FOR_THE_RULE } }));
  await events.send(new CreateEventBusCommand({ Name: BUS }));
  const EventPattern = JSON.stringify({ detail: { data: { to: ['eventbridge'] } } });
  await events.send(new PutRuleCommand({ Name: BUS, EventBusName: BUS, EventPattern }));
  const Targets = [{ Id: 'queue', Arn: arn('sqs', BEHIND_BUS) }];
  await events.send(new PutTargetsCommand({ Rule: BUS, EventBusName: BUS, Targets }));
  await kinesis.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
}

async function received(sqs: SQSClient, { endpoint }: Emulator, queue: string): Promise<readonly string[]> {
  const QueueUrl = `${endpoint}/${ACCOUNT}/${queue}`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = '' }) => Body);
}

async function recorded(kinesis: KinesisClient): Promise<readonly string[]> {
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: STREAM,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ Data }) => Buffer.from(Data ?? []).toString());
}

async function written(s3: S3Client): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'raw/source=' }),
  );
  const texts: string[] = [];
  for (const { Key } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    texts.push((await Body?.transformToString()) ?? '');
  }
  return texts;
}
