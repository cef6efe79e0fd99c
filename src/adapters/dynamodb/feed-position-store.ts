import {
  EVENTS_KEPT_MS,
  type FeedPosition,
  type FeedPositionStore,
} from '../../domain/feeds/feed-position-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { feedPositionKey } from './keys.ts';
import { recordOf, type Table } from './table.ts';

/** Positions are in the feed's partition. Nobody waits for their removal, so DynamoDB's expiry is enough. */
export class DynamoFeedPositionStore implements FeedPositionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(position: FeedPosition): Promise<void> {
    await this.#table.put({
      ...feedPositionKey(position.feedId, position.atMs),
      record: position,
      [TABLE_TTL_ATTRIBUTE]: Math.ceil((position.atMs + EVENTS_KEPT_MS) / 1_000),
    });
  }

  async newest(feedId: string, fromMs: number, untilMs: number): Promise<FeedPosition | undefined> {
    const from = feedPositionKey(feedId, fromMs);
    const { items } = await this.#table.queryPage({
      expression: 'pk = :pk AND sk BETWEEN :from AND :until',
      values: { pk: from.pk, from: from.sk, until: feedPositionKey(feedId, untilMs).sk },
      descending: true,
      limit: 1,
    });
    return items[0] && recordOf<FeedPosition>(items[0]);
  }
}
