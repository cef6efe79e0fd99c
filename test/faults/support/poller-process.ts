import { readConfig } from '../../../functions/pubsub-poller/config.ts';
import { buildDependencies } from '../../../functions/pubsub-poller/dependencies.ts';
import { makeHandler } from '../../../functions/pubsub-poller/handler.ts';
import { QueueConsumer } from '../../../local/queue-consumer.ts';
import { makeSqsClient } from '../../../src/adapters/sqs/client.ts';
import { POLL_CONSUMER } from '../../../src/settings/runtime.ts';
import { routeLogLines } from '../../../src/telemetry/logger.ts';
import { SqsConsumerQueue } from '../../support/sqs-consumer-queue.ts';
import type { PollerArguments } from './poller.ts';

// A process that runs only the poller: the production handler on the poll queue, fed as by Lambda's event source
// mapping. It ends when it is killed, or with its parent.

const { functionTimeoutSeconds, ...waits }: PollerArguments = JSON.parse(process.argv[2] ?? '{}');
const config = readConfig(process.env);
routeLogLines((line) => process.send?.({ line }));
new QueueConsumer({
  queue: new SqsConsumerQueue(makeSqsClient({ endpoint: config.sqsEndpoint }), config.pollQueueUrl),
  functionName: 'pubsub-poller',
  handler: makeHandler(buildDependencies(config, undefined, waits)),
  settings: {
    ...POLL_CONSUMER,
    functionTimeoutSeconds: functionTimeoutSeconds ?? POLL_CONSUMER.functionTimeoutSeconds,
  },
  onFault: (_, message) => process.send?.({ fault: message }),
});
process.on('disconnect', () => process.exit(1));
process.on('message', (asked) => {
  if (asked !== 'usage') return;
  // The process's memory before the garbage collection, which only this measurement triggers.
  const rss = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  globalThis.gc?.();
  process.send?.({ rss, heapUsed: process.memoryUsage().heapUsed, cpu });
});
process.send?.({ ready: true });
