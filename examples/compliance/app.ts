// A gateway for medical devices. It checks their readings and stores them in Data Cloud. Data Cloud reports each new
// record back, and two high heart rates of a patient within ten minutes start a flow in the org, by a platform event.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
// In a project of your own: from 'sluice-client'.
import { InvalidWebhookError, Publisher, PublishRefusedError, verify } from '../../clients/node/src/index.ts';
import { type Reading, readingOf, Watch } from './watch.ts';

const { SIGNING_SECRET, HEROKUEVENTS_PUBLISH_URL, PORT = '3000' } = process.env;
if (!SIGNING_SECRET || !HEROKUEVENTS_PUBLISH_URL) {
  console.error('expected SIGNING_SECRET and HEROKUEVENTS_PUBLISH_URL in the environment: see README.md');
  process.exit(1);
}
const secret = SIGNING_SECRET;
const publisher = new Publisher(HEROKUEVENTS_PUBLISH_URL, { timeoutMs: 10_000 });
const watch = new Watch();

/** Takes a reading from a device. Responds with 202 once Sluice has it. */
async function takeReading(body: Buffer): Promise<[status: number, text: string]> {
  const reading = readingOf(body.toString('utf8'));
  if (typeof reading === 'string') return [422, reading];
  await publisher.publish('readings', reading, { id: reading.reading_id });
  return [202, `stored ${reading.reading_id}`];
}

/** Takes a change from Data Cloud. Sluice has mapped the data action to a reading. */
async function takeChange(reading: Reading): Promise<void> {
  const finding = watch.findingOf(reading);
  if (finding !== undefined) {
    // A repeated change gives the same id, so that receivers can recognise the repeat.
    await publisher.publish('reviews', { Status__c: 'review', Message__c: finding.text }, { id: finding.id });
    console.log(`review ${finding.text}`);
  }
  // Remember the change only after publishing: if publishing fails, the change comes again and must still count as new.
  watch.remember(reading);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await buffer(request);
    if (request.method === 'POST' && request.url === '/readings') {
      const [status, text] = await takeReading(body);
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
    } else if (request.method === 'POST' && request.url === '/changes') {
      for (const { data } of verify<Reading>({ headers: request.headers, body }, secret).events) {
        if (data !== undefined) await takeChange(data);
      }
      response.writeHead(204).end();
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    if (error instanceof InvalidWebhookError) {
      response.writeHead(error.status).end(error.message);
      return;
    }
    console.error(error);
    // After a 503 the sender (a device or Sluice) tries again; the service would refuse a refused event again.
    response.writeHead(error instanceof PublishRefusedError ? 500 : 503).end();
  }
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));
