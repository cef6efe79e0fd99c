import { isUuid, randomText } from '../../base/ids.ts';
import type { ApiToken, App, PublishCredential } from '../../domain/apps/app.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import { NAME_LENGTH_MAX } from '../../domain/names.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import {
  APPS_PARTITION,
  appKey,
  appNameKey,
  appPartition,
  attemptPartitions,
  credentialKey,
  deliveryPartitions,
  feedKey,
  keptPartition,
  lanePartitions,
  tokenKey,
} from './keys.ts';
import { raiseRoutesRevision } from './routes-revision.ts';
import { type Item, type Key, NOT_THERE, recordOf, type Table } from './table.ts';

/**
 * Each app has two items: one by id, and one by name, which makes the name unique and lists the app. The one by id is
 * created first and removed last: a listed app can be opened, and an interrupted removal can be repeated.
 */
export class DynamoAppStore implements AppStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(app: App): Promise<'created' | 'name-taken'> {
    const byId = { ...appKey(app.id), record: app };
    const byName = { ...appNameKey(app.name), record: app, writeId: randomText(9) };
    await this.#table.put(byId);
    if (await this.#table.put(byName, NOT_THERE)) return 'created';
    // A request that the SDK sent twice finds its own first try, which counts.
    if ((await this.#table.get(byName))?.['writeId'] === byName.writeId) return 'created';
    await this.#table.delete(byId);
    return 'name-taken';
  }

  async get(idOrName: string): Promise<App | undefined> {
    if (idOrName.length > NAME_LENGTH_MAX) return undefined;
    const item = await this.#table.get(isUuid(idOrName) ? appKey(idOrName) : appNameKey(idOrName));
    return item === undefined ? undefined : recordOf<App>(item);
  }

  async list(): Promise<App[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk',
      values: { pk: APPS_PARTITION },
    });
    return items.map((item) => recordOf<App>(item));
  }

  async setRetention(id: string, retentionMs: number | undefined): Promise<'updated' | 'gone'> {
    const item = await this.#table.get(appKey(id));
    if (item === undefined) return 'gone';
    const names = { record: 'record', retentionMs: 'retentionMs' };
    const change =
      retentionMs === undefined
        ? { expression: 'REMOVE #record.#retentionMs', names }
        : { expression: 'SET #record.#retentionMs = :retentionMs', names, values: { retentionMs } };
    // The item by id is the authoritative one and is written first; a process that dies in between leaves a list that
    // shows the former state.
    const updated = await this.#table.update(item, change, 'attribute_exists(pk)');
    if (updated === undefined) return 'gone';
    await this.#table.update(appNameKey(recordOf<App>(item).name), change, 'attribute_exists(pk)');
    return 'updated';
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const item = await this.#table.get(appKey(id));
    const apart = [...deliveryPartitions(id), ...lanePartitions(id), ...attemptPartitions(id)];
    await Promise.all(apart.map((partition) => this.#empty(partition)));
    await this.#empty(appPartition(id));
    await raiseRoutesRevision(this.#table);
    if (item === undefined) return 'gone';
    await this.#table.delete(appNameKey(recordOf<App>(item).name), {
      expression: '#record.#id = :id',
      names: { record: 'record', id: 'id' },
      values: { id },
    });
    return (await this.#table.delete(item)) === undefined ? 'gone' : 'removed';
  }

  /** Removes everything in a partition except the app itself, including what its items point at. */
  async #empty(partition: string): Promise<void> {
    const pages = this.#table.queryPages({
      expression: 'pk = :pk',
      values: { pk: partition },
    });
    for await (const page of pages) {
      const items = page.filter(({ sk }) => sk !== appKey('').sk);
      const subscriptions = items.filter(({ sk }) => sk.startsWith('SUBSCRIPTION#'));
      for (const item of subscriptions) {
        const { appId, id } = recordOf<Subscription>(item);
        await this.#empty(keptPartition(appId, id));
      }
      // The target goes before its pointer: without the pointer nobody would find it.
      await this.#table.deleteAll(items.flatMap(pointedAt));
      await this.#table.deleteAll(items);
    }
  }
}

function pointedAt(item: Item): Key[] {
  if (item.sk.startsWith('TOKEN#')) return [tokenKey(recordOf<ApiToken>(item).hash)];
  if (item.sk.startsWith('CREDENTIAL#')) return [credentialKey(recordOf<PublishCredential>(item).user)];
  if (item.sk.startsWith('FEED#')) return [feedKey(item.sk.slice('FEED#'.length))];
  return [];
}
