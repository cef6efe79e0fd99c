import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDynamoStores } from '../../../src/adapters/dynamodb/stores.ts';
import { makeSqliteStores } from '../../../src/adapters/sqlite/stores.ts';
import { EmulatedDynamodb } from '../../support/emulated-dynamodb.ts';
import { SqliteFile } from '../../support/sqlite-file.ts';
import { read } from './state.ts';
import { restore } from './table-dump.ts';

const versions = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('there is a version to read', () => {
  expect(versions).not.toEqual([]);
});

// The next version opens what an installation has stored: a SQLite file, and the table on AWS.
describe.each(versions)('state that was stored by %s', (version) => {
  const fixture = (name: string) => join(import.meta.dirname, version, name);
  const json = (name: string) => JSON.parse(readFileSync(fixture(name), 'utf8'));

  test('opens from a SQLite file', async () => {
    const file = new SqliteFile();
    copyFileSync(fixture('sluice.db'), file.path);
    expect(await read(makeSqliteStores(file.open()))).toEqual(json('read-from-sqlite.json'));
    file.delete();
  });

  test('opens from the table', async () => {
    const dynamodb = await EmulatedDynamodb.start();
    await restore(dynamodb.endpoint, dynamodb.tableName, json('table.json'));
    expect(await read(makeDynamoStores(dynamodb.table))).toEqual(json('read-from-dynamodb.json'));
    await dynamodb.stop();
  });
});
