import type { Clock } from '../../base/clock.ts';
import { parseJson } from '../../base/json.ts';
import { isNestedDeeper } from '../../base/json-depth.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../domain/deliveries/delivery-message.ts';
import { type DeliveryQueue, groupOf } from '../../domain/deliveries/delivery-queue.ts';
import { EVENT_BYTES_MAX, type Event, eventJson } from '../../domain/events/event.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import { type TargetPlatform, targetNamed } from '../../domain/publications/target-platform.ts';
import { type CloudEventReading, readCloudEvent } from './read-cloud-event.ts';

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
  | { readonly kind: 'unavailable'; readonly message: string }
  /** Nor will it, until somebody mends the installation. */
  | { readonly kind: 'misconfigured'; readonly message: string }
  /** Nor may it soon: somebody has to make room. */
  | { readonly kind: 'storage-full'; readonly message: string };

export interface PublishPorts {
  readonly targets: readonly TargetPlatform[];
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A batch is one queue message, so this is a guard against absurd input; the bytes decide before. */
export const PUBLISH_BATCH_MAX = 500;
export const IDEMPOTENCY_KEY_LENGTH_MAX = 200;
const IDEMPOTENCY_KEY = new RegExp(`^[\\x20-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`);
/** Far beyond what anybody means, and half of what a filter takes. */
export const EVENT_DEPTH_MAX = 500;

type Reading =
  | { readonly ok: true; readonly events: readonly Event[] }
  | {
      readonly ok: false;
      readonly refusal: Exclude<PublishOutcome, { kind: 'accepted' | 'unavailable' | 'storage-full' }>;
    };

/** Queues what was posted to the publication: all of it or nothing. */
export async function publish(
  publication: Publication,
  request: PublishRequest,
  ports: PublishPorts,
): Promise<PublishOutcome> {
  const { limits } = ports.queue;
  // No event can be made of it that the queue would take: not worth parsing.
  if (request.body.length > limits.messageBytesMax) return tooLarge(request.body.length);
  const reading = readEvents(publication, request, ports);
  if (!reading.ok) return reading.refusal;
  const { events } = reading;
  const target = targetNamed(ports.targets, publication.platform);
  const fault = events
    .map(({ data }) => target.dataFault(publication, data))
    .find((found) => found !== undefined);
  if (fault !== undefined) return { kind: 'unprocessable', message: fault };
  const header = firstDeliveryHeader({
    appId: publication.appId,
    publicationId: publication.id,
    publicationName: publication.name,
  });
  const body = firstDeliveryBody(header, ...events.map(eventJson));
  const bytes = limits.sizeOf(body) - header.length;
  if (bytes > EVENT_BYTES_MAX) return tooLarge(bytes);
  const groupId = groupOf({ appId: publication.appId, publicationId: publication.id });
  const [result] = await ports.queue.send([{ body, groupId }]);
  if (result === undefined) return { kind: 'unavailable', message: 'the queue gave no answer' };
  if (!result.queued) {
    return { kind: result.reason ?? 'unavailable', message: result.message };
  }
  return { kind: 'accepted', ids: events.map((event) => event.id) };
}

function tooLarge(bytes: number): PublishOutcome {
  return {
    kind: 'too-large',
    message: `expected at most ${EVENT_BYTES_MAX} bytes (1 MiB less the envelope), found ${bytes}`,
  };
}

/** Recognises the CloudEvents HTTP bindings and the bare payload. */
function readEvents(publication: Publication, request: PublishRequest, ports: PublishPorts): Reading {
  const { headers, idempotencyKey } = request;
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    return malformed(
      `expected an Idempotency-Key of 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} ASCII characters, found ${idempotencyKey.length} characters`,
    );
  }
  const mediaType = mediaTypeOf(request.contentType);
  const fault = mediaFault(mediaType, request);
  if (fault !== undefined) return refuse('unsupported', fault);
  const parsed = parseBody(request.body);
  if (!parsed.ok) return malformed(parsed.message);
  const { value } = parsed;
  const defaults = { time: new Date(ports.clock.now()).toISOString(), subject: publication.name };
  if (mediaType === 'application/cloudevents-batch+json') {
    return readBatch(value, (each) => readCloudEvent(each, defaults));
  }
  if (mediaType === 'application/cloudevents+json') return single(readCloudEvent(value, defaults));
  if (BINARY_MODE_HEADERS.some((name) => headers[name] !== undefined)) {
    const event = { ...attributesOf(headers), datacontenttype: mediaType, data: value };
    return single(readCloudEvent(event, defaults));
  }
  return {
    ok: true,
    events: [
      {
        specversion: '1.0',
        id: idempotencyKey ?? ports.newId(),
        source: sourceOf(publication),
        type: `app.published.${publication.name}`,
        ...defaults,
        datacontenttype: 'application/json',
        data: value,
      },
    ],
  };
}

/** Any of the required attributes makes it binary mode, so that one that was forgotten is told rather than made up. */
const BINARY_MODE_HEADERS = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'] as const;

function single(reading: CloudEventReading): Reading {
  return reading.ok ? { ok: true, events: [reading.event] } : malformed(reading.message);
}

function readBatch(value: unknown, read: (each: unknown) => CloudEventReading): Reading {
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
    const reading = read(each);
    if (!reading.ok) return malformed(`event ${index} of the batch: ${reading.message}`);
    events.push(reading.event);
  }
  return { ok: true, events };
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Why the body cannot be read as JSON in UTF-8; undefined when its headers say that it can. */
function mediaFault(mediaType: string, { contentType, headers }: PublishRequest): string | undefined {
  if (mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    const found = mediaType === '' ? 'no Content-Type' : JSON.stringify(mediaType);
    return `expected Content-Type application/json, application/cloudevents+json or application/cloudevents-batch+json, found ${found}`;
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    return `expected JSON in UTF-8, found charset ${charset.slice(0, 40)}`;
  }
  const coding = headers['content-encoding'];
  if (coding !== undefined && !/^(?:identity)?$/i.test(coding.trim())) {
    return `expected a body without Content-Encoding, found ${JSON.stringify(coding.slice(0, 40))}: send it uncompressed`;
  }
  return undefined;
}

/** URI-reference of what an app publishes by itself. */
function sourceOf(publication: Publication): string {
  return `/tenants/${publication.appId}/publications/${encodeURIComponent(publication.name)}`;
}

function parseBody(body: Buffer): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    const text = UTF8.decode(body);
    if (text.trim() === '') return { ok: false, message: 'expected a JSON body, found an empty one' };
    if (isNestedDeeper(text, EVENT_DEPTH_MAX)) {
      return {
        ok: false,
        message: `expected JSON of at most ${EVENT_DEPTH_MAX} levels, found it nested deeper`,
      };
    }
    return { ok: true, value: parseJson(text) };
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

function malformed(message: string): Reading {
  return refuse('malformed', message);
}

function refuse(kind: 'malformed' | 'unsupported' | 'too-large', message: string): Reading {
  return { ok: false, refusal: { kind, message } };
}
