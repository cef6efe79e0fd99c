import { randomText } from '../../base/ids.ts';
import {
  HEROKU_LOOK_AHEAD_MS_MAX,
  type HerokuResource,
} from '../../domain/heroku-resources/heroku-resource.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { dueItems } from './due.ts';
import { appHerokuResourceKey, dueShard, HEROKU_PARTITION, herokuResourceKey } from './keys.ts';
import { type Item, NOT_THERE, recordOf, type Table } from './table.ts';

export class DynamoHerokuResourceStore implements HerokuResourceStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(resource: HerokuResource): Promise<'created' | 'there'> {
    const item = itemOf(resource);
    if (!(await this.#table.put(item, NOT_THERE))) {
      // A request that the SDK sent twice meets its own first try: that one counts.
      const stored = await this.#table.get(item);
      if (stored?.['writeId'] !== item['writeId']) return 'there';
    }
    await this.#point(resource);
    return 'created';
  }

  async get(uuid: string): Promise<HerokuResource | undefined> {
    const item = await this.#table.get(herokuResourceKey(uuid));
    return item === undefined ? undefined : recordOf<HerokuResource>(item);
  }

  async ofApp(appId: string): Promise<HerokuResource | undefined> {
    const uuid = (await this.#table.get(appHerokuResourceKey(appId)))?.['uuid'];
    const resource = typeof uuid === 'string' ? await this.get(uuid) : undefined;
    // The pointer may come from an abandoned try to create its app.
    return resource?.appId === appId && resource.state !== 'removed' ? resource : undefined;
  }

  async list(): Promise<HerokuResource[]> {
    const items = await this.#table.query({ expression: 'pk = :pk', values: { pk: HEROKU_PARTITION } });
    return items.map((item) => recordOf<HerokuResource>(item)).filter(({ state }) => state !== 'removed');
  }

  async update(resource: HerokuResource): Promise<'updated' | 'changed' | 'gone'> {
    // The pointer is written before the record, so that every resource with an app can be found by it. Removing an app
    // removes the pointer.
    await this.#point(resource);
    const item = itemOf({ ...resource, version: resource.version + 1 });
    const written = await this.#table.put(item, {
      expression: '#record.#version = :version',
      names: { record: 'record', version: 'version' },
      values: { version: resource.version },
    });
    if (written) return 'updated';
    const stored = await this.#table.get(item);
    if (stored === undefined) return 'gone';
    return stored['writeId'] === item['writeId'] ? 'updated' : 'changed';
  }

  async listDue(nowMs: number, limit: number): Promise<HerokuResource[]> {
    const items = await dueItems(this.#table, 'HEROKU', {
      nowMs,
      longestMs: HEROKU_LOOK_AHEAD_MS_MAX,
      limit,
    });
    return items.map((item) => recordOf<HerokuResource>(item));
  }

  async #point({ appId, uuid, state }: HerokuResource): Promise<void> {
    if (state === 'provisioning' || state === 'active') {
      await this.#table.put({ ...appHerokuResourceKey(appId), uuid });
    }
  }
}

function itemOf(resource: HerokuResource): Item {
  const { uuid, dueAtMs, forgetAtMs } = resource;
  return {
    ...herokuResourceKey(uuid),
    record: resource,
    writeId: randomText(9),
    ...(dueAtMs !== undefined && { dueShard: dueShard('HEROKU', uuid), dueAtMs }),
    ...(forgetAtMs !== undefined && { [TABLE_TTL_ATTRIBUTE]: Math.ceil(forgetAtMs / 1_000) }),
  };
}
