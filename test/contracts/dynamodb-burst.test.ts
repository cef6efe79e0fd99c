import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../functions/deliver/config.ts';
import { buildDependencies } from '../../functions/deliver/dependencies.ts';
import { makeHandler } from '../../functions/deliver/handler.ts';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { LocalKeySecretBox } from '../../src/adapters/local-key/secret-box.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { SqsMessageReturns } from '../../src/adapters/sqs/message-returns.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { PUBLISH_BATCH_MAX } from '../../src/pipeline/publish/read-request.ts';
import type { WebhookPublication } from '../../src/platforms/webhook/target.ts';
import { DELIVERY_CONSUMER } from '../../src/settings/runtime.ts';
import { anEvent } from '../support/builders.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { EmulatedSqs } from '../support/emulated-sqs.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { aWebhook } from '../support/records.ts';
import { sqsRecord } from '../support/sqs-record.ts';

// The production handler, webhook sender and AWS adapters over HTTP; the test passes the queue's messages to the handler
// as Lambda does.

const BATCHES = 12;
/** The largest batches run only with `SLUICE_LARGEST_BURST=1`: 12,000 writes keep dynalite busy for a minute or two. */
const EVENTS_PER_BATCH =
  process.env['SLUICE_LARGEST_BURST'] === '1' ? PUBLISH_BATCH_MAX : PUBLISH_BATCH_MAX / 5;
const EVENTS = BATCHES * EVENTS_PER_BATCH;
const PATIENCE_MS = 240_000;

let dynamodb: EmulatedDynamodb;
let sqs: EmulatedSqs;
let directory: string;
let receiver: Server;
let stores: Stores;
let publication: WebhookPublication;

beforeEach(async () => {
  dynamodb = await EmulatedDynamodb.start();
  sqs = await EmulatedSqs.start();
  directory = await mkdtemp(join(tmpdir(), 'sluice-burst-'));
  stores = makeDynamoStores(dynamodb.table);
  receiver = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => outgoing.writeHead(503).end());
  });
  const url = await listenOnLoopback(receiver);
  const base = aWebhook({ url, timeoutSeconds: 30 });
  const signingSecret = await new LocalKeySecretBox(keyFile()).encrypt(`whsec_${'A'.repeat(32)}`, {
    appId: base.appId,
    resourceId: base.id,
    secret: 'signingSecret',
  });
  publication = { ...base, secrets: { signingSecret } };
});
afterEach(async () => {
  await stopServer(receiver);
  await sqs.stop();
  await dynamodb.stop();
  await rm(directory, { recursive: true, force: true });
});

const keyFile = () => join(directory, 'key');

function makeDeliverHandler() {
  const config = readConfig({
    TABLE_NAME: 'sluice-test',
    DELIVERY_QUEUE_URL: sqs.queueUrl,
    DELIVERY_DEAD_LETTER_QUEUE_URL: `${sqs.queueUrl}-dlq`,
    ORDERED_QUEUE_URL: sqs.queueUrl,
    ORDERED_DEAD_LETTER_QUEUE_URL: `${sqs.queueUrl}-dlq`,
    LOCAL_KEY_FILE: keyFile(),
    ALLOW_LOOPBACK: 'true',
    LOG_LEVEL: 'ERROR',
  });
  return makeHandler(
    buildDependencies(config, {
      stores: makeDynamoStores(dynamodb.table),
      deliveryQueue: new SqsDeliveryQueue(sqs.client, sqs.queueUrl),
      deliveryReturns: new SqsMessageReturns(sqs.client, sqs.queueUrl, `${sqs.queueUrl}-dlq`),
      orderedReturns: new SqsMessageReturns(sqs.client, sqs.queueUrl, `${sqs.queueUrl}-dlq`),
    }),
  );
}

/** Passes batches of Lambda's size, two at a time; returns what failed. */
async function deliverBurst(): Promise<readonly string[]> {
  const header = firstDeliveryHeader({
    appId: publication.appId,
    publicationId: publication.id,
    publicationName: publication.name,
  });
  const records = Array.from({ length: BATCHES }, (_, batch) => {
    const events = Array.from({ length: EVENTS_PER_BATCH }, (_, at) =>
      eventJson(anEvent({ id: `${batch}-${at}` })),
    );
    return sqsRecord({ id: String(batch), body: firstDeliveryBody(header, ...events) });
  });
  const handler = makeDeliverHandler();
  const answers = await Promise.all(
    [records.slice(0, DELIVERY_CONSUMER.batchSize), records.slice(DELIVERY_CONSUMER.batchSize)].map((batch) =>
      handler({ Records: batch }, lambdaContext('deliver', PATIENCE_MS / 1_000)),
    ),
  );
  return answers.flatMap(({ batchItemFailures }) => batchItemFailures.map((each) => each.itemIdentifier));
}

describe(`a burst of ${EVENTS} events`, () => {
  it('is parked whole when its publication is paused', { timeout: PATIENCE_MS }, async () => {
    await stores.publications.create({ ...publication, state: 'paused' });
    expect(await deliverBurst()).toEqual([]);
    expect(await stores.deliveries.count(publication.appId, 'parked', 2 * EVENTS)).toBe(EVENTS);
  });

  it('waits whole for its retries when its receiver fails', { timeout: PATIENCE_MS }, async () => {
    await stores.publications.create(publication);
    expect(await deliverBurst()).toEqual([]);
    expect(await stores.deliveries.count(publication.appId, 'waiting', 2 * EVENTS)).toBe(EVENTS);
    expect(sqs.bodies().delayed.length + sqs.bodies().ready.length).toBe(EVENTS);
  });
});
