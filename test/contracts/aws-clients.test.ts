import { createServer, type Server } from 'node:http';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';

/**
 * The slowest answer that is not yet a fault: the last of this many requests waits for its turn longer than a connection may
 * take.
 */
const ANSWER_MS = 300;
const REQUESTS = 1_000;

let service: Server;
let endpoint: string;
let connectionsMade: number;

beforeEach(async () => {
  connectionsMade = 0;
  service = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => {
      setTimeout(() => {
        outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end('{}');
      }, ANSWER_MS);
    });
  });
  service.on('connection', () => {
    connectionsMade += 1;
  });
  endpoint = await listenOnLoopback(service);
});
afterEach(() => stopServer(service));

const makers = {
  DynamoDB: () => {
    const client = makeDynamoClient({ endpoint });
    return {
      ask: () => client.send(new GetCommand({ TableName: 'table', Key: { pk: 'a', sk: 'b' } })),
      // The document client does not close the client below it.
      close: () => client.config.requestHandler.destroy?.(),
    };
  },
  SQS: () => {
    const client = makeSqsClient({ endpoint });
    return {
      ask: () => client.send(new GetQueueUrlCommand({ QueueName: 'queue' })),
      close: () => client.destroy(),
    };
  },
};

describe.each(Object.entries(makers))('the client of %s', (_service, make) => {
  it('answers every one of many requests at once, over the connections that it may have', async () => {
    const { ask, close } = make();
    const answers = await Promise.allSettled(Array.from({ length: REQUESTS }, ask));
    close();
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? String(answer.reason) : []));
    expect(new Set(failures)).toEqual(new Set());
    expect(connectionsMade).toBeGreaterThan(0);
    expect(connectionsMade).toBeLessThanOrEqual(100);
  });
});
