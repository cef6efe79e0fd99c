import { DecryptCommand } from '@aws-sdk/client-kms';
import { BatchGetCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { makeKmsClient } from '../../src/adapters/kms/client.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import { ScriptedService } from '../support/scripted-service.ts';

// The SDK's own errors over real HTTP: the log line contains what they lack.

let service: ScriptedService;
afterEach(() => service.stop());

async function refusing(): Promise<string> {
  service = await ScriptedService.start(() => ({
    status: 400,
    body: { __type: 'AccessDeniedException', message: 'not authorized' },
  }));
  return service.endpoint;
}

async function fieldsOf(request: Promise<unknown>): Promise<object> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return describeError(error);
}

it('of a request for an item, its table and nothing of its key', async () => {
  const client = makeDynamoClient({ endpoint: await refusing() });
  const fields = await fieldsOf(client.send(new GetCommand({ TableName: 'events', Key: { pk: 'secret' } })));
  expect(fields).toMatchObject({
    error: 'AccessDeniedException: not authorized',
    action: 'dynamodb:GetItem',
    resource: 'events',
  });
  expect(JSON.stringify(fields)).not.toContain('secret');
});

it('of a query, its index; of a batch, its tables', async () => {
  const client = makeDynamoClient({ endpoint: await refusing() });
  expect(
    await fieldsOf(client.send(new QueryCommand({ TableName: 'events', IndexName: 'due' }))),
  ).toMatchObject({ action: 'dynamodb:Query', resource: 'events/index/due' });
  expect(
    await fieldsOf(client.send(new BatchGetCommand({ RequestItems: { events: { Keys: [{ pk: 'a' }] } } }))),
  ).toMatchObject({ action: 'dynamodb:BatchGetItem', resource: 'events' });
});

it('of a request to a key, the key', async () => {
  const client = makeKmsClient({ endpoint: await refusing() });
  expect(
    await fieldsOf(client.send(new DecryptCommand({ KeyId: 'a-key', CiphertextBlob: Buffer.from('x') }))),
  ).toMatchObject({ action: 'kms:Decrypt', resource: 'a-key' });
});
