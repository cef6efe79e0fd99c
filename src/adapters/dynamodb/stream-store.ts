import { randomText } from '../../base/ids.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import { appPartition, streamKey, streamPrefix } from './keys.ts';
import { raiseRoutesRevision } from './routes-revision.ts';
import { type Expression, NOT_THERE, recordOf, type Table } from './table.ts';

export class DynamoStreamStore implements StreamStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(stream: Stream): Promise<'created' | 'exists'> {
    const item = {
      ...streamKey(stream.appId, stream.subscriptionId, stream.publicationId),
      record: stream,
      writeId: randomText(9),
    };
    const created = await this.#table.put(item, NOT_THERE);
    await raiseRoutesRevision(this.#table);
    if (created) return 'created';
    return (await this.#table.get(item))?.['writeId'] === item.writeId ? 'created' : 'exists';
  }

  async update(stream: Stream): Promise<'updated' | 'gone'> {
    const updated = await this.#table.update(
      streamKey(stream.appId, stream.subscriptionId, stream.publicationId),
      {
        ...changeOf(stream),
      },
      'attribute_exists(pk)',
    );
    await raiseRoutesRevision(this.#table);
    return updated === undefined ? 'gone' : 'updated';
  }

  list(appId: string): Promise<Stream[]> {
    return this.#withPrefix(appId, 'STREAM#');
  }

  listOfSubscription(appId: string, subscriptionId: string): Promise<Stream[]> {
    return this.#withPrefix(appId, streamPrefix(subscriptionId));
  }

  async remove(appId: string, subscriptionId: string, publicationId: string): Promise<'removed' | 'gone'> {
    const removed = await this.#table.delete(streamKey(appId, subscriptionId, publicationId));
    await raiseRoutesRevision(this.#table);
    return removed === undefined ? 'gone' : 'removed';
  }

  async #withPrefix(appId: string, prefix: string): Promise<Stream[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: appPartition(appId), prefix },
    });
    return items.map((item) => recordOf<Stream>(item));
  }
}

/** Writes the fields of a stream that may change, and removes those that it no longer has. */
function changeOf({ filter, order, traceDrops }: Stream): Expression {
  const values = { filter, order, traceDrops };
  const [set, removed] = [Object.entries(values), Object.entries(values)].map((entries, index) =>
    entries.filter(([, value]) => (value === undefined) === (index === 1)),
  );
  const sets = (set ?? []).map(([name]) => `#record.#${name} = :${name}`).join(', ');
  const removals = (removed ?? []).map(([name]) => `#record.#${name}`).join(', ');
  return {
    expression: `SET ${sets}${removals === '' ? '' : ` REMOVE ${removals}`}`,
    names: { record: 'record', filter: 'filter', order: 'order', traceDrops: 'traceDrops' },
    values: Object.fromEntries(set ?? []),
  };
}
