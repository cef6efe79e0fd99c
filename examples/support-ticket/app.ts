// A web form for support tickets. A ticket becomes a platform event in the org; a webhook reports the progress of its
// case.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
// In a project of your own: from 'sluice-client'.
import { InvalidWebhookError, Publisher, verify } from '../../clients/node/src/index.ts';
import { page } from './page.ts';
import { type CaseChange, newId, Tickets, ticketOf } from './tickets.ts';

const { SIGNING_SECRET, HEROKUEVENTS_PUBLISH_URL, PORT = '3000' } = process.env;
if (!SIGNING_SECRET || !HEROKUEVENTS_PUBLISH_URL) {
  console.error('expected SIGNING_SECRET and HEROKUEVENTS_PUBLISH_URL in the environment: see README.md');
  process.exit(1);
}
const secret = SIGNING_SECRET;
const publisher = new Publisher(HEROKUEVENTS_PUBLISH_URL, { timeoutMs: 10_000 });
const tickets = new Tickets();
const FORM_BYTES_MAX = 10_000;
const WEBHOOK_BYTES_MAX = 5_000_000;

interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly type?: string;
}

async function answerTo(request: IncomingMessage): Promise<Answer> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /') return { status: 200, text: page(newId()), type: 'text/html; charset=utf-8' };
  if (route === 'POST /tickets') {
    const body = await bodyOf(request, FORM_BYTES_MAX);
    return body === undefined ? { status: 413 } : takeForm(new URLSearchParams(body.toString('utf8')));
  }
  if (route === 'POST /cases') {
    const body = await bodyOf(request, WEBHOOK_BYTES_MAX);
    if (body === undefined) return { status: 413 };
    for (const { data } of verify<CaseChange>({ headers: request.headers, body }, secret).events) {
      if (data === undefined) continue;
      for (const { id, status } of tickets.follow(data)) console.log(`${id}: the case is ${status}`);
    }
    return { status: 204 };
  }
  const [, id = ''] = /^GET \/tickets\/([\w-]+)$/.exec(route) ?? [];
  const ticket = tickets.get(id);
  if (ticket === undefined) return { status: 404, text: 'There is no such ticket.' };
  return { status: 200, text: `${ticket.issue}: ${ticket.status}` };
}

async function takeForm(form: URLSearchParams): Promise<Answer> {
  const ticket = ticketOf(form);
  if (typeof ticket === 'string') return { status: 422, text: ticket };
  // The ticket's id was made with the form, so a form that is sent twice is one ticket.
  const fields = {
    Ticket__c: ticket.id,
    Email__c: ticket.email,
    Issue__c: ticket.issue,
    Priority__c: ticket.priority,
  };
  await publisher.publish('newTickets', fields, { id: ticket.id });
  tickets.add(ticket);
  return { status: 202, text: `Thank you. Your ticket is ${ticket.id}` };
}

/** Undefined if the body is too large. */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerTo(request);
  } catch (error) {
    const isForged = error instanceof InvalidWebhookError;
    // The sender is not at fault: Sluice, or the person at the form, will send it again.
    if (!isForged) console.error(error);
    answer = isForged
      ? { status: error.status, text: error.message }
      : { status: 503, text: 'Please try again in a minute.' };
  }
  response.writeHead(answer.status, { 'content-type': answer.type ?? 'text/plain; charset=utf-8' });
  response.end(answer.text === undefined ? '' : `${answer.text}\n`);
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));
