import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

// An SQS stub that accepts every message of a batch, in a separate process so that its work is not measured.
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: { Id: string }[] };
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(
    JSON.stringify({
      Successful: Entries.map(({ Id }) => ({ Id, MessageId: crypto.randomUUID(), MD5OfMessageBody: '' })),
    }),
  );
}
