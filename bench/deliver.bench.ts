import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'undici';
import { MemoryDeliveryQueue } from '../src/adapters/memory/delivery-queue.ts';
import { MemorySecretBox } from '../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { systemClock } from '../src/base/clock.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../src/domain/events/event.ts';
import { Deliverer } from '../src/pipeline/deliver/deliver.ts';
import { RoutingTables } from '../src/pipeline/route/route.ts';
import { WebhookDestination } from '../src/platforms/webhook/destination.ts';
import { newSigningSecret } from '../src/platforms/webhook/signing-secret.ts';
import { silentLog } from '../src/telemetry/logger.ts';
import { silentMetrics } from '../src/telemetry/metrics.ts';
import { anEvent, aWebhook } from '../test/support/builders.ts';
import { destinationsWith } from '../test/support/destinations.ts';
import { printMachine } from './measure.ts';

/**
 * CPU of one webhook delivery (message parsed, signed, sent, settled) against a bare POST of the same body on the same
 * keep-alive agent. The receiver is another process, so its CPU is not counted. DESIGN §7: under 1.5 × the bare POST's.
 */
const BATCH = 10;
const BATCHES = 600;
const RUNS = 5;

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
const deliverer = new Deliverer({
  ...stores,
  queue: new MemoryDeliveryQueue(),
  routing: new RoutingTables(stores.streams, systemClock),
  destinations: destinationsWith({ webhook }),
  clock: systemClock,
  random: Math.random,
  log: silentLog,
  metrics: silentMetrics,
});
const header = firstDeliveryHeader({ appId: base.appId, publicationId: base.id, publicationName: base.name });
const json = eventJson(anEvent());
const messages = Array.from({ length: BATCH }, (_, index) => ({
  id: String(index),
  body: firstDeliveryBody(header, json),
}));
const agent = new Agent({ connections: 64, pipelining: 1 });
const headers = { 'content-type': 'application/cloudevents+json' };
const { origin, pathname } = new URL(url);

async function barePosts(): Promise<void> {
  await Promise.all(
    messages.map(async () => {
      const { body } = await agent.request({ origin, path: pathname, method: 'POST', headers, body: json });
      await body.dump();
    }),
  );
}

async function deliveries(): Promise<void> {
  const { failed, unreadable } = await deliverer.deliver(messages);
  if (failed.size + unreadable.size > 0) throw new Error('expected every delivery to be taken');
}

/** Microseconds of CPU for each event; the best of the runs. */
async function cpuEach(run: () => Promise<void>): Promise<number> {
  for (let each = 0; each < BATCHES / 4; each += 1) await run();
  let best = Number.POSITIVE_INFINITY;
  for (let each = 0; each < RUNS; each += 1) {
    const before = process.cpuUsage();
    for (let batch = 0; batch < BATCHES; batch += 1) await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / (BATCH * BATCHES));
  }
  return best;
}

printMachine();
const bare = await cpuEach(barePosts);
const delivery = await cpuEach(deliveries);
console.log('\ndeliver: CPU of one webhook delivery');
console.log(`  baseline: bare keep-alive POST      ${bare.toFixed(1).padStart(8)} µs  × 1.00`);
console.log(
  `  delivery                            ${delivery.toFixed(1).padStart(8)} µs  × ${(delivery / bare).toFixed(2)}`,
);
await webhook.close();
await agent.destroy();
receiver.kill();
