import { CloudEvent, type CloudEventV1, ValidationError } from 'cloudevents';
import type { Clock } from '../../base/clock.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../deliveries/delivery-queue.ts';
import { EVENT_BYTES_MAX, type Event, eventJson } from '../events/event.ts';
import type { Publication } from './publication.ts';

/** A request body and what its headers say of it. */
export interface PublishRequest {
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** Lower-case names. `ce-…` headers make it a CloudEvent in binary mode. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly idempotencyKey: string | undefined;
}

export type PublishOutcome =
  | { readonly kind: 'accepted'; readonly ids: readonly string[] }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'unsupported'; readonly message: string }
  | { readonly kind: 'unprocessable'; readonly message: string }
  | { readonly kind: 'too-large'; readonly message: string }
  /** The queue did not take it: nothing was accepted. */
  | { readonly kind: 'unavailable'; readonly message: string };

export interface PublishPorts {
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A batch is one queue message, so this is a guard against absurd input; the bytes decide before. */
export const PUBLISH_BATCH_MAX = 500;
export const IDEMPOTENCY_KEY_LENGTH_MAX = 200;

type Reading =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly refusal: Exclude<PublishOutcome, { kind: 'accepted' | 'unavailable' }> };

/** Queues what was posted to the publication: all of it or nothing. */
export async function publish(
  publication: Publication,
  request: PublishRequest,
  ports: PublishPorts,
): Promise<PublishOutcome> {
  const reading = readEvents(publication, request, ports);
  if (!reading.ok) return reading.refusal;
  const { events } = reading;
  const fault = events.map((event) => dataFault(publication, event)).find((found) => found !== undefined);
  if (fault !== undefined) return { kind: 'unprocessable', message: fault };
  const header = firstDeliveryHeader({
    appId: publication.appId,
    publicationId: publication.id,
    publicationName: publication.name,
  });
  const body = firstDeliveryBody(header, ...events.map(eventJson));
  const bytes = Buffer.byteLength(body) - header.length;
  if (bytes > EVENT_BYTES_MAX) return tooLarge(bytes);
  const [result] = await ports.queue.send([{ body, groupId: publication.id }]);
  if (result?.queued !== true) {
    return {
      kind: 'unavailable',
      message: result?.queued === false ? result.message : 'the queue gave no answer',
    };
  }
  return { kind: 'accepted', ids: events.map((event) => event.id) };
}

export function tooLarge(bytes: number): PublishOutcome {
  return {
    kind: 'too-large',
    message: `expected at most ${EVENT_BYTES_MAX} bytes (1 MiB less the envelope), found ${bytes}`,
  };
}

/** Recognises the CloudEvents HTTP bindings and the bare payload. */
function readEvents(publication: Publication, request: PublishRequest, ports: PublishPorts): Reading {
  const { contentType, headers, idempotencyKey } = request;
  if (
    idempotencyKey !== undefined &&
    (idempotencyKey === '' || idempotencyKey.length > IDEMPOTENCY_KEY_LENGTH_MAX)
  ) {
    return malformed(
      `expected an Idempotency-Key of 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} characters, found ${idempotencyKey.length}`,
    );
  }
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isBinaryMode = headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined;
  const isJson = mediaType === 'application/json' || mediaType.endsWith('+json');
  if (!isJson) {
    const found = mediaType === '' ? 'no Content-Type' : JSON.stringify(mediaType);
    return refuse(
      'unsupported',
      `expected Content-Type application/json, application/cloudevents+json or application/cloudevents-batch+json, found ${found}`,
    );
  }
  const parsed = parseBody(request.body);
  if (!parsed.ok) return malformed(parsed.message);
  const { value } = parsed;
  if (mediaType === 'application/cloudevents-batch+json') {
    if (!Array.isArray(value)) return malformed('expected a JSON array of CloudEvents, found something else');
    if (value.length === 0) return malformed('expected at least one CloudEvent, found an empty array');
    if (value.length > PUBLISH_BATCH_MAX) {
      return refuse(
        'too-large',
        `expected at most ${PUBLISH_BATCH_MAX} events in a batch, found ${value.length}`,
      );
    }
    const events: Event[] = [];
    for (const [index, each] of value.entries()) {
      const event = readCloudEvent(each, publication, ports);
      if (!event.ok) return malformed(`event ${index} of the batch: ${event.message}`);
      events.push(event.event);
    }
    return { ok: true, events };
  }
  if (mediaType === 'application/cloudevents+json') {
    const event = readCloudEvent(value, publication, ports);
    return event.ok ? { ok: true, events: [event.event] } : malformed(event.message);
  }
  if (isBinaryMode) {
    const event = readCloudEvent(
      { ...attributesOf(headers), datacontenttype: mediaType, data: value },
      publication,
      ports,
    );
    return event.ok ? { ok: true, events: [event.event] } : malformed(event.message);
  }
  return {
    ok: true,
    events: [
      {
        specversion: '1.0',
        id: idempotencyKey ?? ports.newId(),
        source: sourceOf(publication),
        type: `app.published.${publication.name}`,
        subject: publication.name,
        time: new Date(ports.clock.now()).toISOString(),
        datacontenttype: 'application/json',
        data: value,
      },
    ],
  };
}

/** URI-reference of what an app publishes by itself. */
function sourceOf(publication: Publication): string {
  return `/tenants/${publication.appId}/publications/${encodeURIComponent(publication.name)}`;
}

function parseBody(body: Buffer): { ok: true; value: unknown } | { ok: false; message: string } {
  if (body.length === 0) return { ok: false, message: 'expected a JSON body, found an empty one' };
  try {
    return { ok: true, value: parseJson(UTF8.decode(body)) };
  } catch (error) {
    return {
      ok: false,
      message: `expected a JSON body in UTF-8: ${error instanceof Error ? error.message : 'unreadable'}`,
    };
  }
}
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function attributesOf(headers: PublishRequest['headers']): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-') && value !== undefined) attributes[name.slice(3)] = decodeAttribute(value);
  }
  return attributes;
}

/** CloudEvents HTTP binding: header values may be percent-encoded; a stray `%` stays what it is. */
function decodeAttribute(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function readCloudEvent(
  value: unknown,
  publication: Publication,
  ports: PublishPorts,
): { ok: true; event: Event } | { ok: false; message: string } {
  if (!isJsonObject(value))
    return { ok: false, message: 'expected a CloudEvent as a JSON object, found something else' };
  for (const name of ['id', 'source', 'type'] as const) {
    // The library would make up an id and a source; an event without its own is a mistake worth telling.
    const found = value[name];
    if (typeof found !== 'string' || found === '') {
      return {
        ok: false,
        message: `expected the CloudEvents attribute "${name}" as a text that is not empty`,
      };
    }
  }
  if (value['specversion'] !== '1.0') {
    return {
      ok: false,
      message: `expected specversion "1.0", found ${JSON.stringify(value['specversion'] ?? null)}`,
    };
  }
  try {
    // The library holds the rules of names and formats of attributes.
    new CloudEvent({ ...value } as Partial<CloudEventV1<unknown>>, true);
  } catch (error) {
    const faults = error instanceof ValidationError ? (error.errors ?? []) : [];
    const detail = faults
      .map((fault) => (typeof fault === 'string' ? fault : (fault.message ?? '')))
      .filter(Boolean);
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `expected a valid CloudEvent: ${[message, ...detail].join('; ')}` };
  }
  const { id, source, type } = value;
  return {
    ok: true,
    event: {
      datacontenttype: 'application/json',
      time: new Date(ports.clock.now()).toISOString(),
      subject: publication.name,
      ...value,
      specversion: '1.0',
      id: String(id),
      source: String(source),
      type: String(type),
    } as Event,
  };
}

/** Why the event cannot become one of the publication's; undefined when nothing speaks against it. */
function dataFault(publication: Publication, event: Event): string | undefined {
  if (publication.platform === 'webhook' || isJsonObject(event.data)) return undefined;
  const found = Array.isArray(event.data) ? 'an array' : event.data === null ? 'null' : typeof event.data;
  return `expected the fields of a ${publication.topic} event as a JSON object, found ${found}`;
}

function malformed(message: string): Reading {
  return refuse('malformed', message);
}

function refuse(kind: 'malformed' | 'unsupported' | 'too-large', message: string): Reading {
  return { ok: false, refusal: { kind, message } };
}
