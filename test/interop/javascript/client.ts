// publish: reads {url, mode, events}[] from standard input, builds the events with the SDK, sends them, prints one line
// each. receive: a server that reads requests with the SDK, and prints one line each; its first line is its port.

import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import type { NeutralEvent } from '../cases.ts';

interface Task {
  readonly url: string;
  readonly mode: 'structured' | 'binary' | 'batch';
  readonly events: readonly NeutralEvent[];
}

const tell = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

function cloudEvent({ extensions = {}, json, text: string, base64, ...attributes }: NeutralEvent) {
  const values = Object.entries(extensions).map(([name, { value }]) => [name, value]);
  const data = base64 === undefined ? (json ?? string) : new Uint8Array(Buffer.from(base64, 'base64'));
  return new CloudEvent({ ...attributes, ...Object.fromEntries(values), data });
}

async function send({ url, mode, events }: Task): Promise<Response> {
  const made = events.map(cloudEvent);
  const [first] = made;
  if (first === undefined) throw new Error('expected an event');
  // The SDK cannot write batches; `toString` yields the JSON format.
  const message: Message =
    mode === 'batch'
      ? { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: `[${made.join(',')}]` }
      : mode === 'binary'
        ? HTTP.binary(first)
        : HTTP.structured(first);
  const { origin, pathname, username, password } = new URL(url);
  return fetch(origin + pathname, {
    method: 'POST',
    headers: {
      ...(message.headers as Record<string, string>),
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
    },
    ...(message.body === undefined ? {} : { body: message.body as string | Uint8Array<ArrayBuffer> }),
  });
}

async function publish(): Promise<void> {
  for (const task of JSON.parse(await text(process.stdin)) as Task[]) {
    try {
      const response = await send(task);
      tell({ status: response.status, answer: await response.text() });
    } catch (error) {
      // Reported to the matrix, which knows what should have been sent.
      tell({
        error: error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error),
      });
    }
  }
}

function dataOf({ data, data_base64 }: CloudEvent<unknown>): string | undefined {
  if (data_base64 !== undefined) return data_base64;
  if (data === undefined || data === null || data === '') return undefined;
  const bytes = data instanceof Uint8Array || typeof data === 'string' ? data : JSON.stringify(data);
  return Buffer.from(bytes as string).toString('base64');
}

async function receive(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = await request.toArray();
  const bytes = Buffer.concat(chunks);
  try {
    // As a framework does: text as text, other data as bytes, and nothing where there was nothing.
    const isText = /json|text|xml/.test(request.headers['content-type'] ?? '');
    const body = bytes.length === 0 ? undefined : isText ? bytes.toString() : bytes;
    const event = HTTP.toEvent<unknown>({ headers: request.headers, body });
    if (!(event instanceof CloudEvent)) throw new Error('expected one event, found a batch');
    const { data: _data, data_base64: _base64, ...attributes } = event.toJSON();
    return { path: request.url, attributes, data: dataOf(event) };
  } catch (error) {
    return {
      path: request.url,
      error: String(error),
      seen: JSON.stringify([request.headers, bytes.toString()]),
    };
  }
}

if (process.argv[2] === 'publish') {
  await publish();
} else {
  const server = createServer((request, response) => {
    void receive(request).then((line) => {
      tell(line);
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    tell({ port: typeof address === 'object' ? address?.port : undefined });
  });
}
