import { type JsonValue, stringifyJson } from '../../base/json.ts';

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

/** The event as structured JSON (`application/cloudevents+json`). */
export function eventJson(event: Event): string {
  return stringifyJson(event);
}

export type EventData = JsonValue;

/** SQS takes 1 MiB a message and a batch; this much of it is kept for our own header. */
export const ENVELOPE_BYTES_RESERVED = 4_096;
export const SQS_MESSAGE_BYTES_MAX = 1_048_576;
export const EVENT_BYTES_MAX = SQS_MESSAGE_BYTES_MAX - ENVELOPE_BYTES_RESERVED;
