import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { SQSEvent } from 'aws-lambda';
import { Agent } from 'undici';
import { makeHandler } from '../functions/deliver/handler.ts';
import { lambdaContext } from '../local/queue-consumer.ts';
import { MemoryDeadLetterQueue } from '../src/adapters/memory/dead-letter-queue.ts';
import { MemoryDeliveryQueue } from '../src/adapters/memory/delivery-queue.ts';
import { MemoryMessageReturns } from '../src/adapters/memory/message-returns.ts';
import { MemorySecretBox } from '../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { systemClock } from '../src/base/clock.ts';
import { FairTurns } from '../src/base/fair-turns.ts';
import { newSigningSecret } from '../src/base/signing-secret.ts';
import { NO_ANNOUNCEMENTS } from '../src/domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../src/domain/events/event.ts';
import { RoutingTables } from '../src/pipeline/route/route.ts';
import { WebhookDestination } from '../src/platforms/webhook/destination.ts';
import { sign, signingKey } from '../src/platforms/webhook/signature.ts';
import { makeTelemetry, routeLogLines } from '../src/telemetry/logger.ts';
import { anEvent, aWebhook } from '../test/support/builders.ts';
import { destinationsWith } from '../test/support/destinations.ts';
import { sqsRecord } from '../test/support/sqs-record.ts';
import { printMachine } from './measure.ts';

/**
 * CPU of one webhook delivery through the handler (message parsed, signed, sent, settled, logged, counted) against a bare POST of
 * the same body on a keep-alive agent, at the same concurrency. The receiver is another process, so its CPU is not counted.
 * Target: 5,000 a second, and less than 1.3 × the CPU of the bare POST. The row between them is the same POST, signed: what every
 * sender of Standard Webhooks pays, whatever else it does.
 */
const BATCH = 10;
/** Concurrent invocations; Lambda would run them on separate machines. */
const AT_ONCE = 4;
const ROUNDS = 400;
const RUNS = 7;
const PER_SECOND_MIN = 5_000;
const RATIO_MAX = 1.3;

const receiver = fork(new URL('./receiver.ts', import.meta.url));
const [port] = await once(receiver, 'message');
const url = `http://127.0.0.1:${String(port)}/hooks`;
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
routeLogLines(() => undefined);
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
const context = lambdaContext('deliver', 60);
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
  const { batchItemFailures } = await handler(event, context);
  if (batchItemFailures.length > 0) throw new Error('expected every delivery to be taken');
}

interface Measured {
  /** Microseconds of CPU for each event. */
  readonly cpu: number;
  readonly perSecond: number;
}

async function measured(run: () => Promise<void>): Promise<Measured> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) await Promise.all(Array.from({ length: AT_ONCE }, run));
  const { user, system } = process.cpuUsage(before);
  const events = ROUNDS * AT_ONCE * BATCH;
  return { cpu: (user + system) / events, perSecond: (events / (performance.now() - startedAtMs)) * 1_000 };
}

/** Over alternating runs, so that other load on the machine affects both. */
const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

printMachine();
await measured(barePosts);
await measured(signedPosts);
await measured(deliveries);
interface Round {
  readonly bare: Measured;
  readonly signed: Measured;
  readonly delivery: Measured;
}
const rounds: Round[] = [];
for (let run = 0; run < RUNS; run += 1) {
  rounds.push({
    bare: await measured(barePosts),
    signed: await measured(signedPosts),
    delivery: await measured(deliveries),
  });
}
const timesBare = (of: (round: Round) => Measured) =>
  median(rounds.map((round) => of(round).cpu / round.bare.cpu));
const ratio = timesBare(({ delivery }) => delivery);
const perSecond = median(rounds.map(({ delivery }) => delivery.perSecond));
console.log(`\ndeliver: CPU of one webhook delivery; medians of ${RUNS} interleaved rounds`);
const row = (name: string, of: (round: Round) => Measured) => {
  const cpu = median(rounds.map((round) => of(round).cpu));
  const each = Math.round(median(rounds.map((round) => of(round).perSecond)));
  console.log(
    `  ${name.padEnd(34)} ${cpu.toFixed(1).padStart(8)} µs  × ${timesBare(of).toFixed(2)} ${each.toLocaleString('en').padStart(8)}/s`,
  );
};
row('baseline: bare keep-alive POST', ({ bare }) => bare);
row('the same, signed', ({ signed }) => signed);
row('delivery, through the handler', ({ delivery }) => delivery);
const isReached = perSecond >= PER_SECOND_MIN && ratio < RATIO_MAX;
console.log(`  ${PER_SECOND_MIN}/s within × ${RATIO_MAX}: ${isReached ? 'reached' : 'NOT REACHED'}`);
if (!isReached) process.exitCode = 1;
await webhook.close();
await agent.destroy();
receiver.kill();
