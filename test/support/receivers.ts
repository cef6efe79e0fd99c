import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What a receiver does on a socket, byte by byte: a library's server is too well-behaved for that. */
export interface Behaviour {
  /** Called when the head of a request has arrived, before its body. */
  readonly onHead?: (socket: Socket, request: number) => void;
  /** Called when a whole request has arrived. */
  readonly onRequest?: (socket: Socket, request: number) => void;
}

export interface RawReceiver {
  readonly url: string;
  /** Number of complete requests, over all connections. */
  readonly taken: number;
  readonly connections: number;
  close(): Promise<void>;
}

const HEAD_END = '\r\n\r\n';

export async function startRawReceiver({ onHead, onRequest }: Behaviour): Promise<RawReceiver> {
  let taken = 0;
  let heads = 0;
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let seen = Buffer.alloc(0);
    let isHeadSeen = false;
    // This receiver does not care about a client that closes mid-request.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      const headEnd = seen.indexOf(HEAD_END);
      if (headEnd === -1) return;
      if (!isHeadSeen) {
        isHeadSeen = true;
        heads += 1;
        onHead?.(socket, heads);
      }
      const length = Number(/content-length: *(\d+)/i.exec(seen.toString('latin1', 0, headEnd))?.[1] ?? 0);
      if (seen.length < headEnd + HEAD_END.length + length) return;
      seen = seen.subarray(headEnd + HEAD_END.length + length);
      isHeadSeen = false;
      taken += 1;
      onRequest?.(socket, taken);
    });
  });
  return {
    url: `http://127.0.0.1:${await portOf(server)}/hooks`,
    get taken() {
      return taken;
    },
    get connections() {
      return connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('expected the receiver to listen');
  return address.port;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const answers = (...texts: readonly string[]): Behaviour => ({
  onRequest: (socket) => socket.write(texts.join('')),
});
const closesAfter = (text: string): Behaviour => ({ onRequest: (socket) => socket.end(text) });

/** Receivers that have accepted the event once the whole request has arrived, each with its own way of saying so. */
export const TAKING_RECEIVERS: Readonly<Record<string, Behaviour>> = {
  'says 200': answers(OK),
  'says 100 first, unasked': answers('HTTP/1.1 100 Continue\r\n\r\n', OK),
  'says 100 with the head': {
    onHead: (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
    onRequest: (socket) => socket.write(OK),
  },
  'says 100 with headers': answers('HTTP/1.1 100 Continue\r\nServer: x\r\nX-Y: 100\r\n\r\n', OK),
  'says 102': answers('HTTP/1.1 102 Processing\r\n\r\n', OK),
  'says 103': answers('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', OK),
  'says 199': answers('HTTP/1.1 199 Something\r\n\r\n', OK),
  'says 1xx of every kind, some twice': answers(
    ...[100, 102, 100, 103, 100, 104].map((status) => `HTTP/1.1 ${status} Wait\r\n\r\n`),
    OK,
  ),
  'ends its 100 with a line end too many': answers('HTTP/1.1 100 Continue\r\n\r\n\r\n', OK),
  'says 100 byte by byte': { onRequest: (socket) => drip(socket, `HTTP/1.1 100 Continue\r\n\r\n${OK}`) },
  'says 200 byte by byte': { onRequest: (socket) => drip(socket, OK) },
  'speaks HTTP/1.0': closesAfter('HTTP/1.0 200 OK\r\n\r\nthanks'),
  'says 100 in HTTP/1.0': closesAfter('HTTP/1.0 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n'),
  'closes after each answer': closesAfter(
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  ),
  'closes without a word of it': closesAfter(OK),
  'keeps the connection for a second': answers(
    'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n',
  ),
  'says 204 with a body': answers('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'),
  'promises more than it sends': closesAfter('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'),
  'sends more than it promised': answers('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello'),
  'never ends its chunks': answers('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
  'breaks its chunks': answers('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot-hex\r\n'),
  'answers at length': answers(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`),
  'says 200 and resets': {
    onRequest: (socket) => socket.write(OK, () => socket.resetAndDestroy()),
  },
  'says 100 in a body': answers(
    'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
  ),
};

function drip(socket: Socket, text: string): void {
  const [first, ...rest] = text;
  if (first === undefined || socket.destroyed) return;
  socket.write(first, () => setImmediate(drip, socket, rest.join('')));
}
