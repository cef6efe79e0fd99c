import { afterEach, expect, it } from 'vitest';
import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { newestFirst } from '../../src/adapters/dynamodb/delivery-list.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { ScriptedService } from '../support/scripted-service.ts';

let service: ScriptedService;
afterEach(() => service.stop());

/** Two shards of entries by time, of which a read passes one; every tenth entry of a shard is of the publication. */
async function indexOf(entries: number): Promise<Table> {
  service = await ScriptedService.start(({ body }) => {
    const values = body['ExpressionAttributeValues'] as Record<string, { S: string }>;
    const start = body['ExclusiveStartKey'] as { listKey: { S: string } } | undefined;
    const below = Number((start?.listKey ?? values[':before'])?.S.slice(0, 15) ?? entries + 1);
    const shard = values[':shard']?.S ?? '';
    const at = below - 1;
    const key = {
      pk: { S: shard },
      sk: { S: `d-${at}#RECORD` },
      listShard: { S: shard },
      listKey: { S: `${String(at).padStart(15, '0')}#${shard}-${at}` },
    };
    if (at < 1) return { body: { Items: [], Count: 0 } };
    return { body: { Items: at % 10 === 0 ? [key] : [], LastEvaluatedKey: key } };
  });
  return new Table(makeDynamoClient({ endpoint: service.endpoint }), 'sluice');
}

it('ends a page early when a filter passes over too much, and goes on from there without a loss', async () => {
  const table = await indexOf(200);
  const found: string[] = [];
  let before: string | undefined;
  let pages = 0;
  do {
    const requestsBefore = service.requests.length;
    const page = await newestFirst(table, { shards: ['a', 'b'], publicationId: 'p', before, limit: 100 });
    expect(service.requests.length - requestsBefore).toBeLessThanOrEqual(60);
    found.push(...page.keys.map(({ position }) => position.slice(16)));
    before = page.goOnAfter;
    pages += 1;
  } while (before !== undefined);
  const expected = Array.from({ length: 20 }, (_, i) => 200 - i * 10).flatMap((at) => [`b-${at}`, `a-${at}`]);
  expect(found).toEqual(expected);
  expect(pages).toBeGreaterThan(5);
});
