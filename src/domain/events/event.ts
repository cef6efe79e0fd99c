import { parseBase64 } from '../../base/base64.ts';
import { isJsonObject, parseJson, stringifyJson } from '../../base/json.ts';
import { isJsonType, parseMediaType } from '../../base/media-type.ts';
import { decodeUtf8 } from '../../base/utf8.ts';

/** A CloudEvents 1.0 event in its JSON format. Integers beyond 2^53 are `bigint`. */
export interface Event {
  readonly specversion: '1.0';
  readonly id: string;
  /** URI-reference, never empty. */
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  /** RFC 3339. */
  readonly time?: string | undefined;
  readonly datacontenttype?: string | undefined;
  readonly dataschema?: string | undefined;
  /** A JSON value; for a media type other than JSON, the text itself. */
  readonly data?: unknown;
  /** Base64, for data that is not JSON. */
  readonly data_base64?: string | undefined;
  /** Extension attributes: lower-case letters and digits. */
  readonly [extension: string]: unknown;
}

/**
 * The event as structured JSON (`application/cloudevents+json`). `specversion`, `id` and `source` come first: `deliver`
 * reads them there without parsing the rest.
 */
export function eventJson(event: Event): string {
  const { specversion, id, source, ...rest } = event;
  return stringifyJson({ specversion, id, source, ...rest });
}

/** Reads what `eventJson` wrote. Throws `EventFormatError` for anything else: then the message is not ours. */
export function parseEvent(json: string): Event {
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (cause) {
    throw new EventFormatError(
      'expected a CloudEvents 1.0 event as structured JSON, found text that is not JSON',
      {
        cause,
      },
    );
  }
  if (isJsonObject(value)) {
    const { id, source, type, subject, time } = value;
    if (
      typeof id === 'string' &&
      typeof source === 'string' &&
      typeof type === 'string' &&
      (subject === undefined || typeof subject === 'string') &&
      (time === undefined || typeof time === 'string')
    ) {
      return { ...value, specversion: '1.0', id, source, type } as Event;
    }
  }
  throw new EventFormatError('expected a CloudEvents 1.0 event as structured JSON, found something else');
}

/**
 * The data as a JSON value. A sender may also give JSON as bytes (`data_base64`); they are parsed if the media type
 * says that they are JSON. Undefined when there is no data or it is not JSON.
 */
export function jsonData({ data, data_base64: base64, datacontenttype }: Event): unknown {
  if (base64 === undefined) return data;
  const mediaType = parseMediaType(datacontenttype ?? 'application/json');
  const bytes = parseBase64(base64);
  const text =
    mediaType !== undefined && isJsonType(mediaType) && bytes !== undefined ? decodeUtf8(bytes) : undefined;
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch {
    // The bytes only claim to be JSON. The caller reports what it expected.
    return undefined;
  }
}

export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}

/**
 * Limit in bytes for one event as JSON, or for all events of a batch together. Every `DeliveryQueue` accepts messages
 * of 1 MiB, of which 4 KiB are reserved for the message header.
 */
export const EVENT_BYTES_MAX = 1_048_576 - 4_096;
