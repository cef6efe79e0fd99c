import type { Server } from 'node:http';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { farSideSettings } from '../../src/adapters/far-side.ts';
import { TABLE_BILLING_MODE, TABLE_INDEXES, TABLE_KEYS } from '../../src/settings/table.ts';

/** DynamoDB emulated by dynalite, with its table in LevelDB files. */
export interface LocalDynamodb {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Without a path, the table is in memory. */
export async function startDynamodb(tableName: string, path?: string): Promise<LocalDynamodb> {
  const server: Server = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const client = new DynamoDBClient(farSideSettings({ endpoint }));
  try {
    await ensureTable(client, tableName);
  } finally {
    client.destroy();
  }
  return {
    endpoint,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function ensureTable(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(tableName)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The table as `lib/` creates it on AWS. */
export function tableDefinition(tableName: string): CreateTableCommandInput {
  const attributes = new Map<string, 'S' | 'N'>([
    [TABLE_KEYS.partition, 'S'],
    [TABLE_KEYS.sort, 'S'],
  ]);
  for (const { partition, sort } of TABLE_INDEXES)
    attributes.set(partition.name, partition.type).set(sort.name, sort.type);
  return {
    TableName: tableName,
    BillingMode: TABLE_BILLING_MODE,
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: [
      { AttributeName: TABLE_KEYS.partition, KeyType: 'HASH' },
      { AttributeName: TABLE_KEYS.sort, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: TABLE_INDEXES.map(({ name, partition, sort, projected }) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partition.name, KeyType: 'HASH' },
        { AttributeName: sort.name, KeyType: 'RANGE' },
      ],
      Projection:
        projected.length === 0
          ? { ProjectionType: 'KEYS_ONLY' }
          : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] },
    })),
  };
}
