import {
  BatchGetCommand,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export interface Item extends Key {
  readonly [attribute: string]: unknown;
}

/** Names are given without `#` and values without `:`; both are added here, and written in the expression. */
export interface Expression {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

export interface Query extends Expression {
  readonly index?: string;
  readonly filter?: string;
  readonly limit?: number | undefined;
  readonly descending?: boolean;
  /** Costs half: only for data that may be some seconds old. */
  readonly mayBeStale?: boolean;
}

type WriteRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];

/** DynamoDB's limits for one request. */
const BATCH_GET_KEYS_MAX = 100;
const BATCH_WRITE_ITEMS_MAX = 25;
/** Rounds in which the rest of a batch is requested again, after waits that double each time. */
const BATCH_ROUNDS_MAX = 8;
const BATCH_WAIT_MS = 50;

/**
 * The table as the stores use it: a failed condition is an answer, a read of the table itself is strongly consistent
 * unless it says that it may be stale, and batches are completed.
 */
export class Table {
  readonly #client: DynamoDBDocumentClient;
  readonly #name: string;
  readonly #mayBeStale: boolean;

  /** @param mayBeStale applies to every read, which then costs half: for callers that only look */
  constructor(client: DynamoDBDocumentClient, name: string, { mayBeStale = false } = {}) {
    this.#client = client;
    this.#name = name;
    this.#mayBeStale = mayBeStale;
  }

  async get(key: Key): Promise<Item | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#name, Key: keyOf(key), ConsistentRead: !this.#mayBeStale }),
    );
    return Item === undefined ? undefined : asItem(Item);
  }

  /** False if the condition failed. */
  async put<T extends Key>(item: T, condition?: Expression): Promise<boolean> {
    return conditionMet(
      this.#client.send(
        new PutCommand({
          TableName: this.#name,
          Item: item,
          ...(condition && {
            ConditionExpression: condition.expression,
            ...substitutes(condition),
          }),
        }),
      ),
    );
  }

  /** The item after the update; undefined if the condition failed. */
  async update(key: Key, update: Expression, condition?: string): Promise<Item | undefined> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#name,
          Key: keyOf(key),
          UpdateExpression: update.expression,
          ...(condition !== undefined && { ConditionExpression: condition }),
          ...substitutes(update),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes === undefined ? undefined : asItem(Attributes);
    } catch (error) {
      if (isConditionFailure(error)) return undefined;
      throw error;
    }
  }

  /** The removed item; undefined if there was none, or the condition failed. */
  async delete(key: Key, condition?: Expression): Promise<Item | undefined> {
    try {
      const { Attributes } = await this.#client.send(
        new DeleteCommand({
          TableName: this.#name,
          Key: keyOf(key),
          ...(condition && {
            ConditionExpression: condition.expression,
            ...substitutes(condition),
          }),
          ReturnValues: 'ALL_OLD',
        }),
      );
      return Attributes === undefined ? undefined : asItem(Attributes);
    } catch (error) {
      if (isConditionFailure(error)) return undefined;
      throw error;
    }
  }

  /** One page. An index cannot be read consistently: it gives candidates, which are then read from the table. */
  async queryPage(query: Query, startKey?: Key): Promise<{ readonly items: Item[]; readonly next?: Key }> {
    const { Items, LastEvaluatedKey } = await this.#client.send(
      new QueryCommand(this.#queryInput(query, startKey)),
    );
    const items = (Items ?? []).map(asItem);
    return LastEvaluatedKey === undefined ? { items } : { items, next: asItem(LastEvaluatedKey) };
  }

  /** How many entries the query finds, without their contents; counting stops at `max`. */
  async count(query: Query, max: number): Promise<number> {
    let count = 0;
    let startKey: Key | undefined;
    while (count < max) {
      const { Count, LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          ...this.#queryInput(query, startKey),
          Select: 'COUNT',
          Limit: max - count,
        }),
      );
      count += Count ?? 0;
      if (LastEvaluatedKey === undefined) return count;
      startKey = asItem(LastEvaluatedKey);
    }
    return count;
  }

  async query(query: Query): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.queryPages(query)) items.push(...page);
    return items;
  }

  async *queryPages(query: Query): AsyncGenerator<Item[]> {
    let page = await this.queryPage(query);
    yield page.items;
    while (page.next !== undefined) {
      page = await this.queryPage(query, page.next);
      yield page.items;
    }
  }

  /** The existing items, each once, in no particular order. */
  async getAll(keys: readonly Key[], { mayBeStale = this.#mayBeStale } = {}): Promise<Item[]> {
    const found: Item[] = [];
    const unique = uniqueKeys(keys);
    for (let start = 0; start < unique.length; start += BATCH_GET_KEYS_MAX) {
      let asked: Record<string, unknown>[] = unique.slice(start, start + BATCH_GET_KEYS_MAX).map(keyOf);
      for (let round = 0; asked.length > 0; round += 1) {
        await pauseBeforeRound(round);
        const { Responses, UnprocessedKeys } = await this.#client.send(
          new BatchGetCommand({
            RequestItems: { [this.#name]: { Keys: asked, ConsistentRead: !mayBeStale } },
          }),
        );
        found.push(...(Responses?.[this.#name] ?? []).map(asItem));
        asked = UnprocessedKeys?.[this.#name]?.Keys ?? [];
      }
    }
    return found;
  }

  async deleteAll(keys: readonly Key[]): Promise<void> {
    await this.#writeAll(uniqueKeys(keys).map((key) => ({ DeleteRequest: { Key: keyOf(key) } })));
  }

  /** Writes without conditions. Of several items with the same key, the last one counts. */
  async putAll(items: readonly Item[]): Promise<void> {
    await this.#writeAll(uniqueKeys(items).map((item) => ({ PutRequest: { Item: item } })));
  }

  async #writeAll(requests: readonly WriteRequest[]): Promise<void> {
    for (let start = 0; start < requests.length; start += BATCH_WRITE_ITEMS_MAX) {
      let asked = requests.slice(start, start + BATCH_WRITE_ITEMS_MAX);
      for (let round = 0; asked.length > 0; round += 1) {
        await pauseBeforeRound(round);
        const { UnprocessedItems } = await this.#client.send(
          new BatchWriteCommand({ RequestItems: { [this.#name]: asked } }),
        );
        asked = UnprocessedItems?.[this.#name] ?? [];
      }
    }
  }

  #queryInput(query: Query, startKey: Key | undefined): QueryCommandInput {
    return {
      TableName: this.#name,
      IndexName: query.index,
      ConsistentRead: query.index === undefined && query.mayBeStale !== true && !this.#mayBeStale,
      KeyConditionExpression: query.expression,
      FilterExpression: query.filter,
      ...substitutes(query),
      Limit: query.limit,
      ScanIndexForward: query.descending !== true,
      ExclusiveStartKey: startKey,
    };
  }
}

/** For items that must be new. */
export const NOT_THERE: Expression = { expression: 'attribute_not_exists(pk)' };

/** The value that a store put under `record`. */
export function recordOf<T>(item: Item): T {
  // Only the stores write the table, and each reads only what it wrote itself.
  return item['record'] as T;
}

function asItem(attributes: Record<string, unknown>): Item {
  // Every item of the table, and every key of its indexes, has the table's key.
  return attributes as Item;
}

/**
 * DynamoDB refuses a batch that names a key twice. An index that lags behind the table may do so: it lists an item at
 * both its former and its present place.
 */
function uniqueKeys<T extends Key>(keys: readonly T[]): T[] {
  return [...new Map(keys.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values()];
}

function keyOf({ pk, sk }: Key): { pk: string; sk: string } {
  return { pk, sk };
}

function substitutes({ names, values }: Expression): {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
} {
  return {
    ...(names && { ExpressionAttributeNames: withPrefix('#', names) }),
    ...(values && { ExpressionAttributeValues: withPrefix(':', values) }),
  };
}

function withPrefix<T>(prefix: string, entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [`${prefix}${name}`, value]));
}

async function conditionMet(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

async function pauseBeforeRound(round: number): Promise<void> {
  if (round === 0) return;
  if (round >= BATCH_ROUNDS_MAX) {
    throw new Error(`expected DynamoDB to finish a batch within ${BATCH_ROUNDS_MAX} rounds`);
  }
  await new Promise((resolve) => setTimeout(resolve, Math.random() * BATCH_WAIT_MS * 2 ** round));
}
