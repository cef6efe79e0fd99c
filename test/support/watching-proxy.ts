import { createServer, request, type Server } from 'node:http';
import { listenOnLoopback, stopServer } from './loopback-server.ts';

/** One request to an AWS service, described by what a role must allow for it. */
export interface Asked {
  /** e.g. `dynamodb:Query`. */
  readonly action: string;
  /** The index that is queried, if any. */
  readonly index: string | undefined;
}

/** Actions whose name differs from the operation's. */
const ACTIONS: { readonly [operation: string]: string } = {
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessageBatch: 'DeleteMessage',
  SendMessageBatch: 'SendMessage',
};

/** Forwards requests to an AWS emulator, and reports each. */
export class WatchingProxy {
  readonly #server: Server;
  #endpoint = '';

  private constructor(service: string, upstream: string, onAsked: (asked: Asked) => void) {
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
        const { IndexName } = JSON.parse(body.toString('utf8'));
        onAsked({ action: `${service}:${ACTIONS[operation] ?? operation}`, index: IndexName });
        const { method, headers } = incoming;
        const passed = request(upstream, { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        });
        passed.on('error', () => outgoing.destroy());
        passed.end(body);
      });
    });
  }

  static async start(
    service: string,
    upstream: string,
    onAsked: (asked: Asked) => void,
  ): Promise<WatchingProxy> {
    const proxy = new WatchingProxy(service, upstream, onAsked);
    proxy.#endpoint = await listenOnLoopback(proxy.#server);
    return proxy;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  stop(): Promise<void> {
    return stopServer(this.#server);
  }
}
