import { createServer } from 'node:http';

// A stand-in for SQS that takes every message of a batch, in a process of its own so that its work is not measured.
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: { Id: string }[] };
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(
    JSON.stringify({
      Successful: Entries.map(({ Id }) => ({ Id, MessageId: crypto.randomUUID(), MD5OfMessageBody: '' })),
    }),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});
