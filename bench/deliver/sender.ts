import type { SQSEvent } from 'aws-lambda';
import { Agent } from 'undici';
import { makeHandler } from '../../functions/deliver/handler.ts';
import { lambdaContext } from '../../local/queue-consumer.ts';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { systemClock } from '../../src/base/clock.ts';
import { FairTurns } from '../../src/base/fair-turns.ts';
import { newSigningSecret } from '../../src/base/signing-secret.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { WebhookDestination } from '../../src/platforms/webhook/destination.ts';
import { sign, signingKey } from '../../src/platforms/webhook/signature.ts';
import { makeTelemetry, routeLogLines } from '../../src/telemetry/logger.ts';
import { anEvent, aWebhook } from '../../test/support/builders.ts';
import { destinationsWith } from '../../test/support/destinations.ts';
import { sqsRecord } from '../../test/support/sqs-record.ts';

// One of the senders that `deliver.bench.ts` compares, in its own process: `sender.ts KIND URL`. It warms up, then
// measures one run for each message from its parent.

export type SenderKind = 'bare' | 'signed' | 'delivery';

export interface Measured {
  /** Microseconds of CPU for each event. */
  readonly cpu: number;
  readonly perSecond: number;
}

/** Messages of a batch. */
const BATCH = 10;
/** Concurrent invocations; Lambda would run them on separate machines. */
const AT_ONCE = 4;
/** A second's work: a shorter run would begin with the caches that the processor filled for another sender. */
const ROUNDS = 200;
/** Runs until the compiler has settled. */
const WARM_UPS = 15;

const [kind = '', url = ''] = process.argv.slice(2);
const secrets = new MemorySecretBox();
const base = aWebhook({ url });
const publication = {
  ...base,
  secrets: {
    signingSecret: await secrets.encrypt(newSigningSecret(), {
      appId: base.appId,
      resourceId: base.id,
      secret: 'signingSecret',
    }),
  },
};
const stores = makeMemoryStores();
await stores.publications.create(publication);
const webhook = new WebhookDestination({ secrets, clock: systemClock, addresses: { allowLoopback: true } });
/** Encoded, as a write would, so that no line is left as the pieces it was made of. */
routeLogLines((line) => void Buffer.from(line));
const returns = new MemoryMessageReturns(
  'deliveries',
  new MemoryDeadLetterQueue(async () => ({ queued: true })),
  systemClock,
);
const handler = makeHandler({
  ...stores,
  announcements: NO_ANNOUNCEMENTS,
  queue: new MemoryDeliveryQueue(),
  returns,
  orderedReturns: returns,
  routing: new RoutingTables(stores.streams, systemClock),
  destinations: destinationsWith({ webhook }),
  turns: new FairTurns(),
  clock: systemClock,
  random: Math.random,
  ...makeTelemetry('deliver', { logLevel: 'INFO', installation: 'bench' }),
});
const header = firstDeliveryHeader({ appId: base.appId, publicationId: base.id, publicationName: base.name });
const json = eventJson(anEvent());
const event = {
  Records: Array.from({ length: BATCH }, (_, index) =>
    sqsRecord({ id: String(index), body: firstDeliveryBody(header, json), sentAtMs: Date.now() }),
  ),
} as SQSEvent;
const agent = new Agent({ connections: 64, pipelining: 1 });
const headers = { 'content-type': 'application/cloudevents+json' };
const key = signingKey(newSigningSecret());
const { origin, pathname } = new URL(url);

async function barePosts(): Promise<void> {
  await Promise.all(
    event.Records.map(async () => {
      const { body } = await agent.request({ origin, path: pathname, method: 'POST', headers, body: json });
      await body.dump();
    }),
  );
}

async function signedPosts(): Promise<void> {
  await Promise.all(
    event.Records.map(async ({ messageId: id }) => {
      const timestampSeconds = Math.floor(Date.now() / 1_000);
      const signed = {
        ...headers,
        'user-agent': 'Sluice',
        'webhook-id': id,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': sign(key, id, timestampSeconds, json),
      };
      const { body } = await agent.request({
        origin,
        path: pathname,
        method: 'POST',
        headers: signed,
        body: json,
      });
      await body.dump();
    }),
  );
}

async function deliveries(): Promise<void> {
  const { batchItemFailures } = await handler(event, lambdaContext('deliver', 60));
  if (batchItemFailures.length > 0) throw new Error('expected every delivery to be taken');
}

const SENDERS: Readonly<Record<SenderKind, () => Promise<void>>> = {
  bare: barePosts,
  signed: signedPosts,
  delivery: deliveries,
};

async function measured(run: () => Promise<void>): Promise<Measured> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) await Promise.all(Array.from({ length: AT_ONCE }, run));
  const { user, system } = process.cpuUsage(before);
  const events = ROUNDS * AT_ONCE * BATCH;
  return { cpu: (user + system) / events, perSecond: (events / (performance.now() - startedAtMs)) * 1_000 };
}

const send = SENDERS[kind as SenderKind];
for (let run = 0; run < WARM_UPS; run += 1) await measured(send);
process.on('message', () => {
  void measured(send).then((result) => process.send?.(result));
});
process.send?.('warm');
