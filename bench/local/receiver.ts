import { createServer } from 'node:http';
import { idOf, monotonicMs, type ReceiverQuestion } from './messages.ts';

// The webhook, in a separate process: it records when each event came. It reports its URL first, then answers
// questions.

const arrivals = new Map<string, number[]>();

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const atMs = monotonicMs();
    const id = idOf(Buffer.concat(chunks).toString('latin1'));
    if (id !== undefined) arrivals.set(id, [...(arrivals.get(id) ?? []), atMs]);
    outgoing.writeHead(200, { 'content-length': '2' }).end('ok');
  });
});
server.maxRequestsPerSocket = 0;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.(`http://127.0.0.1:${port}/hook`);
});

process.on('message', (question: ReceiverQuestion) => {
  process.send?.(question === 'count' ? arrivals.size : Object.fromEntries(arrivals));
});
