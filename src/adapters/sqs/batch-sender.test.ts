import { createServer, type IncomingHttpHeaders } from 'node:http';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { SqsBatchSender } from './batch-sender.ts';

// These tests send real HTTP to a server of our own, which records the headers. The contract of the delivery queue
// covers what SQS makes of the batch.

const seen: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  seen.push(request.headers);
  request.resume().on('end', () => response.end(JSON.stringify({ Successful: [{ Id: '0' }], Failed: [] })));
});
let client: SQSClient;
let queueUrl: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  queueUrl = `${endpoint}/1/queue`;
  client = new SQSClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
  });
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const batch = () => ({ QueueUrl: queueUrl, Entries: [{ Id: '0', MessageBody: 'x' }] });

it('sends the trace of each invocation with its messages', async () => {
  const traces = ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1', undefined];
  const sender = new SqsBatchSender(client, queueUrl, () => traces.shift());
  await sender.send(batch());
  await sender.send(batch());
  expect(seen.map((headers) => headers['x-amzn-trace-id'])).toEqual([
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    undefined,
  ]);
  // SQS would refuse a signature over a header that is not sent, or the other way round.
  expect(seen[0]?.authorization).not.toContain('x-amzn-trace-id');
});

it('sends none where nothing is traced', async () => {
  await new SqsBatchSender(client, queueUrl).send(batch());
  expect(seen[0]).not.toHaveProperty('x-amzn-trace-id');
});
