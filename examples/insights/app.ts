// Reads changes of opportunities, maintains totals of the deals won, and publishes each new total for the mobile app.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
// In a project of your own: from 'sluice-client'.
import { InvalidWebhookError, Publisher, verify } from '../../clients/node/src/index.ts';
import type { OpportunityChange } from './pipeline.ts';
import { Pipeline } from './pipeline.ts';

const { SIGNING_SECRET, HEROKUEVENTS_PUBLISH_URL, PORT = '3000' } = process.env;
if (!SIGNING_SECRET || !HEROKUEVENTS_PUBLISH_URL) {
  console.error('expected SIGNING_SECRET and HEROKUEVENTS_PUBLISH_URL in the environment: see README.md');
  process.exit(1);
}
const secret = SIGNING_SECRET;
const publisher = new Publisher(HEROKUEVENTS_PUBLISH_URL, { timeoutMs: 10_000 });
const pipeline = new Pipeline();
/** Serialises concurrent requests, because each total builds on the previous one. */
let turn: Promise<unknown> = Promise.resolve();

async function take(id: string, change: OpportunityChange): Promise<void> {
  const insight = pipeline.insightOf(change);
  if (insight !== undefined) {
    // A repeated change gives the same id, so that readers of the insights recognise the repeat.
    await publisher.publish('wonDeals', { Status__c: 'won', Message__c: insight }, { id: `won-${id}` });
    console.log(insight);
  }
  // Remember the change only after publishing: if publishing fails, the change comes again and must still count as new.
  pipeline.remember(change);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { events } = verify<OpportunityChange>(
      { headers: request.headers, body: await buffer(request) },
      secret,
    );
    for (const { id, data } of events) {
      if (data === undefined) continue;
      const mine = turn.then(() => take(id, data));
      // A failure must not fail the next change. Its own request sees the failure below and logs it.
      turn = mine.catch(() => undefined);
      await mine;
    }
    response.writeHead(204).end();
  } catch (error) {
    if (error instanceof InvalidWebhookError) {
      response.writeHead(error.status).end(error.message);
      return;
    }
    // Sluice sends the change again.
    console.error(error);
    response.writeHead(503).end();
  }
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));
