import { createServer } from 'node:http';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { foreignRequestFault } from '../src/base/foreign-request.ts';
import { isJsonObject } from '../src/base/json.ts';

/** What the demo's webhook receiver reports about an event. */
export interface ReceivedEvent {
  readonly type: string;
  readonly subject: string;
  readonly data: Record<string, unknown>;
  readonly signatureIsValid: boolean;
}

export interface DemoReceiver {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A webhook receiver as a user would write it: a plain HTTP server that reads events with the CloudEvents SDK and
 * verifies the Standard Webhooks signature with that project's own library.
 * @param signingSecret called for each event, because its publication is created after the receiver
 */
export async function startDemoReceiver(
  port: number,
  signingSecret: () => string | undefined,
  onEvent: (event: ReceivedEvent) => void,
): Promise<DemoReceiver> {
  const server = createServer((request, response) => {
    const fault = foreignRequestFault(request.headers);
    if (fault !== undefined) {
      request.resume();
      response.writeHead(403).end(fault);
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
      const event = read(headers, body);
      response.writeHead(event === undefined ? 400 : 204).end();
      if (event === undefined) return;
      onEvent({ ...event, signatureIsValid: verifies(signingSecret(), body, headers) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}/webhooks`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function read(
  headers: Record<string, string>,
  body: string,
): Omit<ReceivedEvent, 'signatureIsValid'> | undefined {
  try {
    const event = HTTP.toEvent<unknown>({ headers, body });
    if (Array.isArray(event)) return undefined;
    const { type, subject = '', data } = event;
    return { type, subject, data: isJsonObject(data) ? data : {} };
  } catch {
    return undefined;
  }
}

function verifies(secret: string | undefined, body: string, headers: Record<string, string>): boolean {
  if (secret === undefined) return false;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
