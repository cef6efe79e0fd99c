import { parseRfc3339, timeText } from '../../base/calendar.ts';
import { stableId } from '../../base/ids.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import type { Event } from '../../domain/events/event.ts';

/** Of the 1,024 bytes of a key. */
const SOURCE_BYTES_MAX = 300;

/**
 * Where an event belongs, by its own source and time and not by when it is written, so that a retry finds the same place:
 * `source=<source>/dt=YYYY-MM-DD/hh=HH`, in UTC, as query engines take partitions from keys.
 * @param nowMs for an event that has no time
 */
export function partitionOf(event: Pick<Event, 'source' | 'time'>, nowMs: number): string {
  const time = timeText(parseRfc3339(event.time ?? '') ?? nowMs);
  return `source=${encodedSource(event.source)}/dt=${time.slice(0, 10)}/hh=${time.slice(11, 13)}`;
}

/** Percent-encoded, as Hive does: a slash would be another level. */
function encodedSource(source: string): string {
  const encoded = source.replace(/[^\w.-]/gu, (character) =>
    [...Buffer.from(character, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
  if (encoded.length <= SOURCE_BYTES_MAX) return encoded;
  // What is cut off must not make two sources one, nor end in the middle of an encoded byte.
  return `${encoded.slice(0, SOURCE_BYTES_MAX).replace(/%[0-9A-F]?$/, '')}~${stableId(source)}`;
}

/** The same for the same deliveries in any order: a request that is repeated replaces the object, and doubles nothing. */
export function objectName(events: readonly Pick<OutgoingEvent, 'deliveryId' | 'replayed'>[]): string {
  // What a person wanted again is written beside what was there.
  const ids = events.map(({ deliveryId, replayed }) =>
    replayed === undefined ? deliveryId : stableId(deliveryId, replayed),
  );
  return `${ids.length === 1 ? ids[0] : stableId(...ids.toSorted())}.ndjson`;
}
