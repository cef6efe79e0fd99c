import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

export interface ScriptedRequest {
  /** `Service.Operation` for the JSON protocols, `Action` for the query protocol, method and path for the others. */
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ScriptedAnswer {
  readonly status?: number;
  /** JSON, or the query protocol's XML as text. */
  readonly body: object | string;
}

/**
 * The far side of an AWS client: real HTTP in the client's protocol, with answers from the test. For cases that the
 * emulators do not offer (failures, refusals), and for services without an emulator.
 */
export class ScriptedService {
  readonly requests: ScriptedRequest[] = [];
  readonly #server: Server;

  private constructor(answer: (request: ScriptedRequest) => ScriptedAnswer) {
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const request = requestOf(incoming, Buffer.concat(chunks).toString());
        this.requests.push(request);
        const { status = 200, body } = answer(request);
        const isText = typeof body === 'string';
        outgoing.writeHead(status, { 'content-type': isText ? 'text/xml' : 'application/x-amz-json-1.0' });
        outgoing.end(isText ? body : JSON.stringify(body));
      });
    });
  }

  static async start(answer: (request: ScriptedRequest) => ScriptedAnswer): Promise<ScriptedService> {
    const service = new ScriptedService(answer);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('expected the service to listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Closes the keep-alive connections, as a load balancer does. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function requestOf({ headers, method, url }: IncomingMessage, text: string): ScriptedRequest {
  const target = headers['x-amz-target'];
  if (target !== undefined) return { target: String(target), body: JSON.parse(text) };
  const form = Object.fromEntries(new URLSearchParams(text));
  return { target: form['Action'] ?? `${method} ${url}`, body: form };
}
