import { afterEach, expect, it } from 'vitest';
import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { listKeys } from '../../src/adapters/dynamodb/delivery-list.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { ScriptedService } from '../support/scripted-service.ts';

let service: ScriptedService;
afterEach(() => service.stop());

/**
 * Two shards of entries by time; each read passes one entry. Every tenth entry of a shard belongs to the publication.
 */
async function indexOf(entries: number): Promise<Table> {
  service = await ScriptedService.start(({ body }) => {
    const values = body['ExpressionAttributeValues'] as Record<string, { S: string }>;
    const start = body['ExclusiveStartKey'] as { listKey: { S: string } } | undefined;
    const shard = values[':shard']?.S ?? '';
    const listKey = (at: number) => `${String(at).padStart(15, '0')}#${shard}-${at}`;
    const isAscending = body['ScanIndexForward'] === true;
    const passed = (start?.listKey ?? values[':after'])?.S ?? (isAscending ? '' : '~');
    const ascending = Array.from({ length: entries }, (_, i) => i + 1);
    const at = isAscending
      ? ascending.find((one) => listKey(one) > passed)
      : ascending.findLast((one) => listKey(one) < passed);
    if (at === undefined) return { body: { Items: [], Count: 0 } };
    const key = {
      pk: { S: shard },
      sk: { S: `d-${at}#RECORD` },
      listShard: { S: shard },
      listKey: { S: listKey(at) },
    };
    return { body: { Items: at % 10 === 0 ? [key] : [], LastEvaluatedKey: key } };
  });
  return new Table(makeDynamoClient({ endpoint: service.endpoint }), 'sluice');
}

it.each(['newest-first', 'oldest-first'] as const)(
  'ends a page early when a filter passes over too much, and goes on from there without a loss, %s',
  async (order) => {
    const table = await indexOf(200);
    const found: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const requestsBefore = service.requests.length;
      const page = await listKeys(table, {
        shards: ['a', 'b'],
        order,
        publicationId: 'p',
        after,
        limit: 100,
      });
      expect(service.requests.length - requestsBefore).toBeLessThanOrEqual(60);
      found.push(...page.keys.map(({ position }) => position.slice(16)));
      after = page.goOnAfter;
      pages += 1;
    } while (after !== undefined);
    const expected = Array.from({ length: 20 }, (_, i) => 200 - i * 10).flatMap((at) => [
      `b-${at}`,
      `a-${at}`,
    ]);
    expect(found).toEqual(order === 'newest-first' ? expected : expected.toReversed());
    expect(pages).toBeGreaterThan(5);
  },
);
