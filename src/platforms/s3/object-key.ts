import { parseRfc3339, timeText } from '../../base/calendar.ts';
import { stableId } from '../../base/ids.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import type { Event } from '../../domain/events/event.ts';

/** The source's share of the 1,024 bytes of a key. */
const SOURCE_BYTES_MAX = 300;

/**
 * The partition of an event, by its own source and time and not by the time of writing, so that a retry finds the same
 * place: `source=<source>/dt=YYYY-MM-DD/hh=HH`, in UTC, which query engines read as partitions.
 * @param nowMs the time for an event that has none
 */
export function partitionOf(event: Pick<Event, 'source' | 'time'>, nowMs: number): string {
  const time = timeText(parseRfc3339(event.time ?? '') ?? nowMs);
  return `source=${encodedSource(event.source)}/dt=${time.slice(0, 10)}/hh=${time.slice(11, 13)}`;
}

/** Percent-encoded, as Hive does, because a slash would begin another level. */
function encodedSource(source: string): string {
  const encoded = source.replace(/[^\w.-]/gu, (character) =>
    [...Buffer.from(character, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
  if (encoded.length <= SOURCE_BYTES_MAX) return encoded;
  // Cutting must neither make two sources equal nor end inside an encoded byte.
  return `${encoded.slice(0, SOURCE_BYTES_MAX).replace(/%[0-9A-F]?$/, '')}~${stableId(source)}`;
}

/**
 * The same deliveries give the same name in any order: a repeated request replaces the object and duplicates nothing.
 */
export function objectName(events: readonly Pick<OutgoingEvent, 'deliveryId' | 'replayed'>[]): string {
  // A redelivery that a person requested is written beside the former object.
  const ids = events.map(({ deliveryId, replayed }) =>
    replayed === undefined ? deliveryId : stableId(deliveryId, replayed),
  );
  return `${ids.length === 1 ? ids[0] : stableId(...ids.toSorted())}.ndjson`;
}
