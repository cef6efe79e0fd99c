import {
  QUARANTINE_KEPT_MS,
  type QuarantinedEvent,
  type QuarantineRecord,
  type QuarantineStore,
} from '../../domain/feeds/quarantine-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { CHUNK_BYTES_MAX } from './event-chunks.ts';
import { QUARANTINE_PAYLOAD_PREFIX, QUARANTINE_RECORD_PREFIX, quarantinePartition } from './keys.ts';
import { type Item, type Key, recordOf, type Table } from './table.ts';

/**
 * A feed's quarantine is one partition: a record for each event, and its payload in chunks next to it, because an item
 * is limited to 400 KiB and a payload to 1 MB. Nobody waits for the removal of these items, so DynamoDB's expiry is
 * enough.
 */
export class DynamoQuarantineStore implements QuarantineStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(event: QuarantinedEvent): Promise<void> {
    const { payload, ...rest } = event;
    const record: QuarantineRecord = { ...rest, payloadBytes: payload.length };
    const pk = quarantinePartition(event.feedId);
    const expiry = { [TABLE_TTL_ATTRIBUTE]: Math.ceil((event.atMs + QUARANTINE_KEPT_MS) / 1_000) };
    const chunks = Math.ceil(payload.length / CHUNK_BYTES_MAX);
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const start = chunk * CHUNK_BYTES_MAX;
      await this.#table.put({
        pk,
        sk: chunkKey(event.cursor, chunk),
        bytes: payload.subarray(start, start + CHUNK_BYTES_MAX),
        ...expiry,
      });
    }
    // The record is written last: a record that exists has its complete payload.
    await this.#table.put({
      ...recordKey(event.feedId, event.cursor),
      record,
      chunks,
      ...expiry,
    });
  }

  async list(feedId: string, limit: number): Promise<QuarantineRecord[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: quarantinePartition(feedId), prefix: QUARANTINE_RECORD_PREFIX },
    });
    return items
      .map((item) => recordOf<QuarantineRecord>(item))
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, limit);
  }

  async get(feedId: string, cursor: string): Promise<QuarantinedEvent | undefined> {
    const item = await this.#table.get(recordKey(feedId, cursor));
    if (item === undefined) return undefined;
    const { payloadBytes: _bytes, ...record } = recordOf<QuarantineRecord>(item);
    const payload = await this.#payload(item.pk, cursor, Number(item['chunks']));
    // The event expired between the two reads.
    return payload === undefined ? undefined : { ...record, payload };
  }

  async remove(feedId: string, cursor: string): Promise<'removed' | 'gone'> {
    // The record is removed first: a record that exists has its complete payload.
    const item = await this.#table.delete(recordKey(feedId, cursor));
    if (item === undefined) return 'gone';
    await this.#table.deleteAll(chunkKeys(item.pk, cursor, Number(item['chunks'])));
    return 'removed';
  }

  async #payload(pk: string, cursor: string, chunks: number): Promise<Uint8Array | undefined> {
    const keys = chunkKeys(pk, cursor, chunks);
    const items: readonly Item[] = await this.#table.getAll(keys);
    const parts: Uint8Array[] = [];
    for (const { sk } of keys) {
      const bytes = items.find((item) => item.sk === sk)?.['bytes'];
      if (!(bytes instanceof Uint8Array)) return undefined;
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  }
}

function chunkKey(cursor: string, chunk: number): string {
  return `${QUARANTINE_PAYLOAD_PREFIX}${cursor}#${chunk}`;
}

function chunkKeys(pk: string, cursor: string, chunks: number): Key[] {
  return Array.from({ length: chunks }, (_, chunk) => ({ pk, sk: chunkKey(cursor, chunk) }));
}

function recordKey(feedId: string, cursor: string): Key {
  return { pk: quarantinePartition(feedId), sk: `${QUARANTINE_RECORD_PREFIX}${cursor}` };
}
