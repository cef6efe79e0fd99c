import { createServer } from 'node:http';
import type { Scenario } from './scenarios.ts';

/** A request as a receiver got it. */
export interface Request {
  readonly publication: string;
  readonly id: string;
  readonly data: { readonly n?: number; readonly key?: string };
  readonly isTaken: boolean;
}

/** Receivers over real HTTP, one path per publication; they outlive the processes that deliver to them. */
export async function startReceiver() {
  let requests: Request[] = [];
  let scenario: Scenario | undefined;
  let isMended = false;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const publication = (request.url ?? '').slice(1);
      const { id, data } = JSON.parse(body) as Pick<Request, 'id' | 'data'>;
      const before = requests.filter((each) => each.publication === publication);
      const attempt = before.filter((each) => each.id === id).length + 1;
      const arrival = { publication, id, attempt, total: before.length + 1, isMended };
      const status = scenario?.answer?.(arrival) ?? 204;
      requests.push({ publication, id, data, isTaken: status < 300 });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    begin(next: Scenario): void {
      requests = [];
      scenario = next;
      isMended = false;
    },
    mend(): void {
      isMended = true;
    },
    get requests(): readonly Request[] {
      return requests;
    },
    close: () =>
      new Promise<void>((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      }),
  };
}
