import { DeleteMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHandler } from '../../functions/deliver/handler.ts';
import { lambdaContext, QueueConsumer } from '../../local/queue-consumer.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { makeKmsClient } from '../../src/adapters/kms/client.ts';
import { KmsSecretBox } from '../../src/adapters/kms/secret-box.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { makeSqliteEngine } from '../../src/adapters/sqlite/engine.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { SqsDeadLetterQueue } from '../../src/adapters/sqs/dead-letter-queue.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { SqsMessageReturns } from '../../src/adapters/sqs/message-returns.ts';
import { systemClock } from '../../src/base/clock.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import type { SecretBox } from '../../src/domain/secret-box.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { WebhookDestination } from '../../src/platforms/webhook/destination.ts';
import { DELIVERY_CONSUMER } from '../../src/settings/runtime.ts';
import type { LogCode } from '../../src/telemetry/log-messages.ts';
import type { LogFields } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { FaultyProxy } from '../faults/support/faulty-proxy.ts';
import { overridden } from '../support/api-under-test.ts';
import { anEvent, aWebhook } from '../support/builders.ts';
import { destinationsWith } from '../support/destinations.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { EmulatedQueues } from '../support/emulated-queues.ts';
import { type Receiver, startReceiver } from '../support/local-run.ts';
import { ScriptedService } from '../support/scripted-service.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { sqsRecord } from '../support/sqs-record.ts';

// The production handler of functions/deliver on an emulator's queues, with proxies that fail as AWS does. The queue hides a
// message for six minutes, far longer than any test here waits: a message that comes again within a test was given back.

const EMULATOR_VISIBILITY_SECONDS = 360;
const PATIENCE = { timeout: 60_000 };
const SIGNING_SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;

/** For tests that are not about keys. */
const memorySecrets = new MemorySecretBox();

let queues: EmulatedQueues;
let sqs: FaultyProxy;
let receiver: Receiver;
let logged: { readonly code: LogCode; readonly fields: LogFields }[];
/** How to end what a test started. */
let endings: (() => Promise<void>)[];

beforeEach(async () => {
  queues = await EmulatedQueues.start({ visibilityTimeoutSeconds: EMULATOR_VISIBILITY_SECONDS });
  sqs = await FaultyProxy.start(queues.endpoint);
  receiver = await startReceiver();
  logged = [];
  endings = [];
});

afterEach(async () => {
  for (const end of endings) await end();
  await receiver.close();
  await sqs.stop();
  await queues.stop();
});

/** All ports except the queue. */
function portsOf(stores: Stores, secrets: SecretBox) {
  const webhooks = new WebhookDestination({
    secrets,
    clock: systemClock,
    addresses: { allowLoopback: true },
  });
  return {
    ...stores,
    routing: new RoutingTables(stores.streams, systemClock),
    destinations: destinationsWith({ webhook: webhooks }),
    announcements: NO_ANNOUNCEMENTS,
    clock: systemClock,
    random: Math.random,
    metrics: silentMetrics,
    log: { write: (code: LogCode, fields: LogFields = {}) => void logged.push({ code, fields }) },
  };
}

function startDeliver({
  stores,
  secrets = memorySecrets,
}: {
  readonly stores: Stores;
  readonly secrets?: SecretBox;
}) {
  const client = makeSqsClient({ endpoint: sqs.endpoint });
  const { queueUrl, deadLetterQueueUrl } = queues.sources.deliveries;
  const handler = makeHandler({
    ...portsOf(stores, secrets),
    queue: new SqsDeliveryQueue(client, queueUrl),
    returns: new SqsMessageReturns(client, queueUrl, deadLetterQueueUrl),
    orderedReturns: new SqsMessageReturns(client, queueUrl, deadLetterQueueUrl),
  });
  let running = true;
  const loop = (async () => {
    while (running) await takeBatch(handler);
  })();
  endings.push(async () => {
    running = false;
    await loop;
    client.destroy();
  });
}

/** As Lambda does: messages that the function does not name are deleted. */
async function takeBatch(handler: ReturnType<typeof makeHandler>): Promise<void> {
  const messages = await queues.receive('deliveries');
  if (messages.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return;
  }
  const { batchItemFailures } = await handler(
    { Records: messages.map((message) => sqsRecord(message)) },
    lambdaContext('deliver', 60),
  );
  const kept = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { id, receipt } of messages) {
    if (kept.has(id)) continue;
    await queues.client.send(
      new DeleteMessageCommand({
        QueueUrl: queues.sources.deliveries.queueUrl,
        ReceiptHandle: receipt,
      }),
    );
  }
}

const webhook = (sealed: string) => aWebhook({ url: receiver.url, secrets: { signingSecret: sealed } });

async function sealedWebhook(): Promise<ReturnType<typeof webhook>> {
  const { appId, id: resourceId } = webhook('');
  return webhook(await memorySecrets.encrypt(SIGNING_SECRET, { appId, resourceId, secret: 'signingSecret' }));
}

async function storesWithWebhook(): Promise<Stores> {
  const stores = makeMemoryStores();
  await stores.publications.create(await sealedWebhook());
  return stores;
}

function deliveryBody(): string {
  const { id: publicationId, appId, name: publicationName } = webhook('');
  const header = firstDeliveryHeader({ appId, publicationId, publicationName });
  return firstDeliveryBody(header, eventJson(anEvent()));
}

async function publish(): Promise<void> {
  await queues.send('deliveries', deliveryBody());
}

const codes = () => logged.map(({ code }) => code);
const deadLetters = () => new SqsDeadLetterQueue(queues.client, queues.sources, systemClock);

describe('an event whose delivery fails unexpectedly', () => {
  it('comes seconds later when KMS could not decrypt for seconds', async () => {
    let isKeyDisabled = true;
    const kms = await ScriptedService.start(() =>
      isKeyDisabled
        ? { status: 400, body: { __type: 'DisabledException', message: 'the key is disabled' } }
        : { body: { Plaintext: Buffer.from(SIGNING_SECRET).toString('base64') } },
    );
    endings.push(() => kms.stop());
    const stores = makeMemoryStores();
    await stores.publications.create(webhook(Buffer.from('sealed by KMS').toString('base64')));
    await publish();
    startDeliver({ stores, secrets: new KmsSecretBox(makeKmsClient({ endpoint: kms.endpoint }), 'key') });
    await expect.poll(codes, PATIENCE).toContain('DELIVERY_FAILED_UNEXPECTEDLY');
    expect(receiver.received).toEqual([]);
    isKeyDisabled = false;
    await receiver.until((received) => received.length === 1, 60_000);
    await expect.poll(() => codes().at(-1), PATIENCE).toBe('DELIVERY_ATTEMPTED');
    expect(await deadLetters().counts()).toEqual({ deliveries: 0, ordered: 0, polls: 0 });
  });

  it('comes seconds later when DynamoDB refused for seconds', async () => {
    const dynamodb = await EmulatedDynamodb.start();
    const proxy = await FaultyProxy.start(dynamodb.endpoint, { fate: () => 'refuse' });
    endings.push(
      () => proxy.stop(),
      () => dynamodb.stop(),
    );
    await makeDynamoStores(dynamodb.table).publications.create(await sealedWebhook());
    await publish();
    startDeliver({ stores: makeDynamoStores(dynamodb.tableAt(proxy.endpoint)) });
    await expect.poll(codes, PATIENCE).toContain('DELIVERY_FAILED_UNEXPECTEDLY');
    proxy.fate = () => 'pass';
    await receiver.until((received) => received.length === 1, 60_000);
    expect(await deadLetters().counts()).toEqual({ deliveries: 0, ordered: 0, polls: 0 });
  });

  it('stays on the queue, and the log says so, when it cannot be given back early', async () => {
    sqs.fate = ({ operation }) => (operation === 'ChangeMessageVisibilityBatch' ? 'refuse' : 'pass');
    await publish();
    const stores = await storesWithWebhook();
    const broken = { ...stores.publications, get: () => Promise.reject(new Error('no table')) };
    startDeliver({ stores: { ...stores, publications: broken } });
    await expect.poll(codes, PATIENCE).toContain('MESSAGE_NOT_RETURNED');
    expect(codes()).toContain('DELIVERY_FAILED_UNEXPECTEDLY');
    const { code, fields } = logged.at(-1) ?? {};
    expect({ code, ...fields }).toMatchObject({
      code: 'MESSAGE_NOT_RETURNED',
      messageId: expect.any(String),
    });
    // Hidden but not deleted: the visibility timeout applies.
    expect(queues.bodies('deliveries')).toEqual([]);
    expect(queues.inFlightCount('deliveries')).toBe(1);
  });
});

describe('on a laptop, an event whose delivery fails unexpectedly', () => {
  it('comes seconds later as well', async () => {
    const file = new SqliteFile();
    const engine = makeSqliteEngine(file.path);
    await engine.stores.publications.create(await sealedWebhook());
    let failures = 2;
    const publications = overridden(engine.stores.publications, {
      get: async (appId, name) => {
        failures -= 1;
        if (failures >= 0) throw new Error('the disk is full');
        return engine.stores.publications.get(appId, name);
      },
    });
    const consumer = new QueueConsumer({
      queue: engine.deliveries,
      functionName: 'deliver',
      handler: makeHandler({
        ...portsOf({ ...engine.stores, publications }, memorySecrets),
        queue: engine.deliveryQueue,
        returns: engine.deliveryReturns,
        orderedReturns: engine.orderedReturns,
      }),
      settings: DELIVERY_CONSUMER,
      onFault: (_name, message) => {
        throw new Error(message);
      },
    });
    endings.push(async () => {
      await consumer.stop();
      engine.close();
      file.delete();
    });
    await engine.deliveryQueue.send([{ body: deliveryBody(), groupId: 'g' }]);
    await receiver.until((received) => received.length === 1, 60_000);
    await expect
      .poll(codes, PATIENCE)
      .toEqual(['DELIVERY_FAILED_UNEXPECTEDLY', 'DELIVERY_FAILED_UNEXPECTEDLY', 'DELIVERY_ATTEMPTED']);
    expect(await engine.deadLetters.counts()).toEqual({ deliveries: 0, ordered: 0, polls: 0 });
  });
});

describe('a message that nobody can read', () => {
  it('is among the dead letters at once, with the reason, and the others of its batch are delivered', async () => {
    await queues.send('deliveries', 'hello');
    await publish();
    startDeliver({ stores: await storesWithWebhook() });
    await receiver.until((received) => received.length === 1);
    await expect
      .poll(() => deadLetters().counts(), PATIENCE)
      .toEqual({ deliveries: 1, ordered: 0, polls: 0 });
    const { deadLetters: listed } = await deadLetters().list(10);
    expect(listed).toMatchObject([
      { reason: 'expected a JSON header on the first line of the message', content: { kind: 'unreadable' } },
    ]);
    await expect.poll(() => queues.inFlightCount('deliveries'), PATIENCE).toBe(0);
    expect(queues.bodies('deliveries')).toEqual([]);
  });

  it('comes back when it is redriven, and does not keep a redrive of all going round', async () => {
    await queues.send('deliveries', 'hello');
    startDeliver({ stores: await storesWithWebhook() });
    await expect
      .poll(() => deadLetters().counts(), PATIENCE)
      .toEqual({ deliveries: 1, ordered: 0, polls: 0 });
    const [before] = (await deadLetters().list(1)).deadLetters;
    expect(await deadLetters().redriveAll(Date.now())).toEqual({
      count: 1,
      lookedAtCount: expect.any(Number),
      refusal: undefined,
      isComplete: true,
    });
    await expect
      .poll(() => deadLetters().counts(), PATIENCE)
      .toEqual({ deliveries: 1, ordered: 0, polls: 0 });
    const [after] = (await deadLetters().list(1)).deadLetters;
    expect(after?.id).not.toBe(before?.id);
  });

  it('is kept while the dead letters take nothing, and is among them once they do', async () => {
    sqs.fate = ({ operation }) => (operation === 'SendMessage' ? 'refuse' : 'pass');
    await queues.send('deliveries', 'hello');
    startDeliver({ stores: await storesWithWebhook() });
    await expect.poll(codes, PATIENCE).toContain('MESSAGE_NOT_DEAD_LETTERED');
    expect(await deadLetters().counts()).toEqual({ deliveries: 0, ordered: 0, polls: 0 });
    sqs.fate = () => 'pass';
    await expect
      .poll(() => deadLetters().counts(), PATIENCE)
      .toEqual({ deliveries: 1, ordered: 0, polls: 0 });
  });
});
