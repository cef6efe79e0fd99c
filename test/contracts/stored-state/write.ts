// Writes the fixtures of this folder with the current code: `npm run stored-state -- FOLDER`. They are evidence of what
// an older version stored, so existing ones are never replaced: a new version gets its own folder.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDynamoStores } from '../../../src/adapters/dynamodb/stores.ts';
import { Database } from '../../../src/adapters/sqlite/database.ts';
import { makeSqliteStores } from '../../../src/adapters/sqlite/stores.ts';
import { EmulatedDynamodb } from '../../support/emulated-dynamodb.ts';
import { SqliteFile } from '../../support/sqlite-file.ts';
import { fill, read } from './state.ts';
import { dump } from './table-dump.ts';

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('expected the folder of the version, e.g. v1, found none');
const target = join(import.meta.dirname, folder);
mkdirSync(target);

const file = new SqliteFile();
const database = Database.open(file.path);
await fill(makeSqliteStores(database));
const fromSqlite = await read(makeSqliteStores(database));
database.close();
renameSync(file.path, join(target, 'sluice.db'));
file.delete();

const dynamodb = await EmulatedDynamodb.start();
await fill(makeDynamoStores(dynamodb.table));
const fromDynamodb = await read(makeDynamoStores(dynamodb.table));
writeJson('table.json', await dump(dynamodb.endpoint, dynamodb.tableName));
await dynamodb.stop();

writeJson('read-from-sqlite.json', fromSqlite);
writeJson('read-from-dynamodb.json', fromDynamodb);

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(target, name), `${JSON.stringify(value, null, 1)}\n`);
}
