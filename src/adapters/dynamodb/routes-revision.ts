import { ROUTES_REVISION_KEY } from './keys.ts';
import type { Table } from './table.ts';

/** One number serves all apps: it changes when people do something, and is read all the time. */
export async function readRoutesRevision(table: Table): Promise<number> {
  const revision = (await table.get(ROUTES_REVISION_KEY))?.['revision'];
  return typeof revision === 'number' ? revision : 0;
}

/** Call it after the change is written. */
export async function raiseRoutesRevision(table: Table): Promise<void> {
  await table.update(
    ROUTES_REVISION_KEY,
    { expression: 'ADD revision :one', values: { one: 1 } },
    // The first raise creates the item.
    'attribute_exists(pk) OR attribute_not_exists(pk)',
  );
}
