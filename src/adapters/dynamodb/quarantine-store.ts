import {
  QUARANTINE_KEPT_MS,
  type QuarantinedEvent,
  type QuarantineStore,
} from '../../domain/feeds/quarantine-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { CHUNK_BYTES_MAX } from './event-chunks.ts';
import { QUARANTINE_PAYLOAD_PREFIX, QUARANTINE_RECORD_PREFIX, quarantinePartition } from './keys.ts';
import { type Item, recordOf, type Table } from './table.ts';

/**
 * A feed's quarantine is one partition: a record for each event, and its payload beside it in chunks, because an item ends
 * at 400 KiB and a payload at 1 MB. Nobody waits for these items to go, so the table's own expiry is enough.
 */
export class DynamoQuarantineStore implements QuarantineStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(event: QuarantinedEvent): Promise<void> {
    const { payload, ...record } = event;
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
    // The record comes last: one that is there has all of its payload.
    await this.#table.put({
      pk,
      sk: `${QUARANTINE_RECORD_PREFIX}${event.cursor}`,
      record,
      chunks,
      ...expiry,
    });
  }

  async list(feedId: string, limit: number): Promise<QuarantinedEvent[]> {
    const pk = quarantinePartition(feedId);
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk, prefix: QUARANTINE_RECORD_PREFIX },
    });
    const newest = items
      .map((item) => ({ item, record: recordOf<Omit<QuarantinedEvent, 'payload'>>(item) }))
      .sort((a, b) => b.record.atMs - a.record.atMs)
      .slice(0, limit);
    const events = await Promise.all(
      newest.map(async ({ item, record }) => {
        const payload = await this.#payload(pk, record.cursor, Number(item['chunks']));
        // Expired between the two reads.
        return payload === undefined ? undefined : { ...record, payload };
      }),
    );
    return events.filter((event) => event !== undefined);
  }

  async #payload(pk: string, cursor: string, chunks: number): Promise<Uint8Array | undefined> {
    const keys = Array.from({ length: chunks }, (_, chunk) => ({ pk, sk: chunkKey(cursor, chunk) }));
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
