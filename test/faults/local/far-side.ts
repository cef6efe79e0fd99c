import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one request to the receiver contained, and when it came. */
export interface Arrival {
  /** The event's `id`. */
  readonly id: string;
  readonly atMs: number;
}

/** A webhook receiver that records what arrived, in this process: it outlives every kill. */
export interface LedgerReceiver {
  readonly url: string;
  /** In order of arrival; an event that came twice is listed twice. */
  readonly arrivals: readonly Arrival[];
  /** Requests not answered yet. */
  readonly open: number;
  /** How it answers from now on: with this status, after this delay. */
  behave(behaviour: { readonly delayMs?: number; readonly status?: number }): void;
  /** The number of different events that arrived. */
  distinct(): number;
  close(): Promise<void>;
}

export async function startLedgerReceiver(): Promise<LedgerReceiver> {
  const arrivals: Arrival[] = [];
  const ids = new Set<string>();
  let behaviour = { delayMs: 0, status: 204 };
  let open = 0;
  const answer = (response: ServerResponse) => void response.writeHead(behaviour.status).end();
  const server = createServer((request, response) => {
    open += 1;
    // Also fires when the process that sent the request was killed meanwhile.
    response.once('close', () => {
      open -= 1;
    });
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { id } = JSON.parse(body) as { id: string };
      arrivals.push({ id, atMs: Date.now() });
      ids.add(id);
      if (behaviour.delayMs === 0) answer(response);
      else setTimeout(answer, behaviour.delayMs, response);
    });
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    arrivals,
    get open() {
      return open;
    },
    behave: (next) => {
      behaviour = { delayMs: 0, status: 204, ...next };
    },
    distinct: () => ids.size,
    close: () =>
      new Promise((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      }),
  };
}
