import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export interface ScriptedRequest {
  /** `Service.Operation`, as the SDK names it. */
  readonly target: string;
  readonly body: Record<string, unknown>;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly body: object;
}

/**
 * The far side of an AWS client: real HTTP in the JSON protocol, with answers by the test. For what the emulators do not
 * do (failures, refusals) and for services that have none.
 */
export class ScriptedService {
  readonly requests: ScriptedRequest[] = [];
  readonly #server: Server;

  private constructor(answer: (request: ScriptedRequest) => ScriptedAnswer) {
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const request = {
          target: String(incoming.headers['x-amz-target']),
          body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
        };
        this.requests.push(request);
        const { status = 200, body } = answer(request);
        outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end(JSON.stringify(body));
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

  /** Ends the connections that are kept alive, as a load balancer does. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
