import { isJsonObject, parseJson, stringifyJson } from '../../base/json.ts';

/** A CloudEvents 1.0 event whose data is JSON. Integers beyond 2^53 are `bigint`. */
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
  readonly data?: unknown;
  /** Base64, for data that is not JSON. */
  readonly data_base64?: string | undefined;
  /** Extension attributes: lower-case letters and digits. */
  readonly [extension: string]: unknown;
}

/**
 * The event as structured JSON (`application/cloudevents+json`). `specversion`, `id` and `source` come first: `deliver`
 * finds them there without parsing the rest.
 */
export function eventJson(event: Event): string {
  const { specversion, id, source, ...rest } = event;
  return stringifyJson({ specversion, id, source, ...rest });
}

/** Reads what `eventJson` wrote. Throws `EventFormatError` when it is something else: then the message is not ours. */
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

export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}

/**
 * Bytes of one event as JSON, or of all events of a batch together. Every `DeliveryQueue` takes messages of 1 MiB; 4 KiB of
 * it are for the header of the message.
 */
export const EVENT_BYTES_MAX = 1_048_576 - 4_096;
