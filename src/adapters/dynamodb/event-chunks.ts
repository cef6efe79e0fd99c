import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { eventChunkKey } from './keys.ts';
import type { Item, Key } from './table.ts';

/** DynamoDB limits an item to 400 KiB including names and keys; a chunk leaves room for those. */
export const CHUNK_BYTES_MAX = 390_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** The location of a record's event. */
export interface EventReference {
  readonly writeId: string;
  readonly chunks: number;
}

/** The event of a delivery, compressed, as items. */
export async function eventItems(
  appId: string,
  deliveryId: string,
  writeId: string,
  eventJson: string,
): Promise<{ readonly reference: EventReference; readonly items: Item[] }> {
  const bytes = await compress(eventJson);
  const items: Item[] = [];
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES_MAX) {
    items.push({
      ...eventChunkKey(appId, deliveryId, writeId, items.length),
      bytes: bytes.subarray(start, start + CHUNK_BYTES_MAX),
    });
  }
  return { reference: { writeId, chunks: items.length }, items };
}

export function eventChunkKeys(appId: string, deliveryId: string, reference: EventReference): Key[] {
  return Array.from({ length: reference.chunks }, (_, chunk) =>
    eventChunkKey(appId, deliveryId, reference.writeId, chunk),
  );
}

/** Undefined if some of the chunks are missing from the items. */
export async function eventOf(keys: readonly Key[], items: readonly Item[]): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  for (const { sk } of keys) {
    const bytes = items.find((item) => item.sk === sk)?.['bytes'];
    if (!(bytes instanceof Uint8Array)) return undefined;
    parts.push(bytes);
  }
  return (await decompress(Buffer.concat(parts))).toString();
}
