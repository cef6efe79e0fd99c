import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';

/** An item in DynamoDB's JSON, with bytes in base64. */
export type DumpedItem = { readonly [attribute: string]: unknown };

const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

/** Every item of the table. */
export async function dump(endpoint: string, tableName: string): Promise<DumpedItem[]> {
  const client = clientOf(endpoint);
  const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName: tableName }));
  client.destroy();
  if (LastEvaluatedKey !== undefined) throw new Error('expected the items on one page');
  return Items.map((item) => JSON.parse(JSON.stringify(item, encoded)));
}

/** Writes the items unchanged. */
export async function restore(
  endpoint: string,
  tableName: string,
  items: readonly DumpedItem[],
): Promise<void> {
  const client = clientOf(endpoint);
  for (const item of items) {
    const Item: Record<string, AttributeValue> = JSON.parse(JSON.stringify(item), decoded);
    await client.send(new PutItemCommand({ TableName: tableName, Item }));
  }
  client.destroy();
}

function encoded(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
}

function decoded(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'base64' in value
    ? Buffer.from(String(value.base64), 'base64')
    : value;
}
