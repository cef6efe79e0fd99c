import { Agent, createServer, request } from 'node:http';

// The limit of one Node process: takes a POST, answers 202, posts its body on. No queue, no store, no signature.

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const webhook = process.argv[2] ?? '';

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    outgoing.writeHead(202).end('{}');
    const body = Buffer.concat(chunks);
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const onward = request(webhook, { method: 'POST', agent, headers }, (answer) => answer.resume());
    // It stores nothing and retries nothing: failures count as lost.
    onward.on('error', () => undefined);
    onward.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.(`http://127.0.0.1:${port}/hook`);
});
