import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * The far side of the network: an HTTP server that gives the answers a test wrote for it, one request each, and records
 * what it was asked. Assert what the commands send, and what they make of an answer. Everything else (routing,
 * validation, states) belongs to the service, and is tested there.
 */
export class ManagementApiDouble {
  readonly #server: Server;
  readonly #answers: PlannedAnswer[] = [];
  readonly requests: ReceivedRequest[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#receive(request).then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type });
        response.end(body);
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a listening server');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The next request to that route gets this answer. */
  answer(method: string, path: string, status: number, body: unknown): void {
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    this.#answers.push({
      method,
      path,
      status,
      type,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Answers for which no request came: a test that leaves one has not shown what it claims. */
  unused(): string[] {
    return this.#answers.map(({ method, path }) => `${method} ${path}`);
  }

  async #receive(request: IncomingMessage): Promise<Omit<PlannedAnswer, 'method' | 'path'>> {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    this.requests.push({
      method,
      path: url,
      authorization: headers.authorization,
      headers,
      body: body === '' ? undefined : JSON.parse(body),
    });
    const at = this.#answers.findIndex((answer) => answer.method === method && answer.path === url);
    const [answer] = at < 0 ? [] : this.#answers.splice(at, 1);
    return (
      answer ?? {
        status: 500,
        type: 'application/json',
        body: JSON.stringify({
          id: 'no-answer-planned',
          message: `the test has no answer for ${method} ${url}`,
        }),
      }
    );
  }
}

interface PlannedAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
