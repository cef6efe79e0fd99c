import { fork } from 'node:child_process';
import { once } from 'node:events';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeHandler } from '../functions/ingest/handler.ts';
import { lambdaContext } from '../local/queue-consumer.ts';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { makeSqsClient } from '../src/adapters/sqs/client.ts';
import { SqsDeliveryQueue } from '../src/adapters/sqs/delivery-queue.ts';
import { systemClock } from '../src/base/clock.ts';
import { newUuid, sha256Hex } from '../src/base/ids.ts';
import { systemTimers } from '../src/base/timers.ts';
import type { DeliveryQueue } from '../src/domain/deliveries/delivery-queue.ts';
import { ACCEPTANCES } from '../src/platforms/acceptances.ts';
import { silentLog } from '../src/telemetry/logger.ts';
import { silentMetrics } from '../src/telemetry/metrics.ts';
import { aWebhook } from '../test/support/builders.ts';
import { noInbound } from '../test/support/no-inbound.ts';
import { queueThat } from '../test/support/queue-that.ts';
import { measure, measureCpu, printCpuRatios, printMachine, printRatios } from './measure.ts';

/**
 * The warm handler of the publish URL. First without the queue, against parsing and writing the same JSON, which is the least
 * that any handler does; then the CPU of one publish including the send to SQS, by the SDK and as production does it, against
 * an SQS stub in a separate process. DESIGN §7: at most 150 µs of CPU.
 */
const payload = JSON.stringify({
  Status__c: 'Quotes Generated: 50',
  Amount__c: 1_250.5,
  note: 'x'.repeat(400),
});
const event = {
  specversion: '1.0',
  id: '20741903-d0b2-4d86-90cf-4192b0e17462',
  source: '/quotes',
  type: 'quote.generated',
  data: JSON.parse(payload),
};
const stores = makeMemoryStores();
await stores.publications.create(aWebhook());
await stores.credentials.put({
  user: '7f0e3b52-5a0c-4dbd-a3d7-000000000001',
  appId: 'app-1',
  passwordHash: sha256Hex('p'),
  createdAtMs: 0,
});
const handlerOn = (queue: DeliveryQueue) =>
  makeHandler({
    appPublishesPerSecond: 1_000_000,
    ...stores,
    queue,
    clock: systemClock,
    timers: systemTimers,
    inboundParts: noInbound,
    acceptances: ACCEPTANCES,
    newId: newUuid,
    allowedOrigins: [],
    log: silentLog,
    metrics: silentMetrics,
  });
const handler = handlerOn(queueThat(async (messages) => messages.map(() => ({ queued: true }))));
const context = lambdaContext('ingest', 29);
const request = (contentType: string, body: string) =>
  ({
    rawPath: '/orders',
    headers: {
      authorization: `Basic ${Buffer.from('7f0e3b52-5a0c-4dbd-a3d7-000000000001:p').toString('base64')}`,
      'content-type': contentType,
    },
    body,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
  }) as unknown as APIGatewayProxyEventV2;
const bare = request('application/json', payload);
const structured = request('application/cloudevents+json', JSON.stringify(event));
const batch = request(
  'application/cloudevents-batch+json',
  JSON.stringify(Array.from({ length: 50 }, (_, id) => ({ ...event, id: String(id) }))),
);

const response = await handler(bare, context);
if (response.statusCode !== 202)
  throw new Error(`expected 202, found ${response.statusCode}: ${response.body}`);

printMachine();
printRatios(
  'ingest: one publish, handler only',
  await measure('baseline: JSON.parse and JSON.stringify', 1, () => JSON.stringify(JSON.parse(payload))),
  [
    await measure('bare payload', 1, () => handler(bare, context)),
    await measure('CloudEvent, structured', 1, () => handler(structured, context)),
    await measure('batch of 50 CloudEvents, for each event', 50, () => handler(batch, context)),
  ],
);

const stub = fork(`${import.meta.dirname}/sqs-stub.ts`);
const [port]: unknown[] = await once(stub, 'message');
const sqs = makeSqsClient({ endpoint: `http://127.0.0.1:${String(port)}` });
const queueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/deliveries';
const bySdk = queueThat(async (messages) => {
  const Entries = messages.map(({ body, groupId }, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupId,
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  return messages.map(() => ({ queued: true }));
});
const sdk = handlerOn(bySdk);
const ours = handlerOn(new SqsDeliveryQueue(sqs, queueUrl));
printCpuRatios('ingest: one publish, sending to SQS included', [
  await measureCpu('baseline: the request made by the SDK', () => sdk(bare, context)),
  await measureCpu('signed and sent by ourselves', () => ours(bare, context)),
]);
stub.kill();
sqs.destroy();
