import { appendFileSync } from 'node:fs';
import { QueueConsumer } from '../../../local/queue-consumer.ts';
import { makeSqliteEngine } from '../../../src/adapters/sqlite/engine.ts';
import { DELIVERY_CONSUMER } from '../../../src/settings/runtime.ts';

// A process that runs only the consumer of the delivery queue, on its parent's file. A message's body decides its fate:
// `kill …` kills the process at once, `slow …` never ends, and anything else is processed and written to the ledger.

const [file = '', ledger = ''] = process.argv.slice(2);
const engine = makeSqliteEngine(file);
await engine.takeOver();
const consumer: QueueConsumer = new QueueConsumer({
  queue: engine.deliveries,
  functionName: 'deliver',
  handler: async (event) => {
    for (const { messageId, body } of event.Records) {
      appendFileSync(ledger, `${body}\n`);
      if (body.startsWith('kill')) process.kill(process.pid, 'SIGKILL');
      if (!body.startsWith('slow')) consumer.done(messageId);
    }
    if (event.Records.some(({ body }) => body.startsWith('slow'))) await new Promise(() => undefined);
    return { batchItemFailures: [] };
  },
  settings: DELIVERY_CONSUMER,
  onFault: (_, message) => console.error(message),
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
