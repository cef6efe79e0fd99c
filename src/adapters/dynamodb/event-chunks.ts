import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { sha256Hex } from '../../base/ids.ts';
import { eventChunkKey } from './keys.ts';
import type { Item } from './table.ts';

/** DynamoDB's items end at 400 KiB with names and keys; a chunk leaves room for those. */
export const CHUNK_BYTES_MAX = 390_000;
/** Enough of a SHA-256 to tell the events of one delivery id apart. */
const HASH_LENGTH = 24;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export interface EventReference {
  readonly hash: string;
  readonly chunks: number;
}

/** The event of a delivery as items, compressed. */
export async function eventItems(
  appId: string,
  deliveryId: string,
  eventJson: string,
): Promise<{ readonly reference: EventReference; readonly items: Item[] }> {
  const hash = sha256Hex(eventJson).slice(0, HASH_LENGTH);
  const bytes = await compress(eventJson);
  const items: Item[] = [];
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES_MAX) {
    items.push({
      ...eventChunkKey(appId, deliveryId, hash, items.length),
      bytes: bytes.subarray(start, start + CHUNK_BYTES_MAX),
    });
  }
  return { reference: { hash, chunks: items.length }, items };
}

/** Undefined when not all of the chunks are among the items. */
export async function eventOf(
  appId: string,
  deliveryId: string,
  reference: EventReference,
  items: readonly Item[],
): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  for (let chunk = 0; chunk < reference.chunks; chunk += 1) {
    const { sk } = eventChunkKey(appId, deliveryId, reference.hash, chunk);
    const bytes = items.find((item) => item.sk === sk)?.['bytes'];
    if (!(bytes instanceof Uint8Array)) return undefined;
    parts.push(bytes);
  }
  return (await decompress(Buffer.concat(parts))).toString();
}
