import type { Delivery } from './delivery.ts';
import { groupOf, type OutgoingMessage } from './delivery-queue.ts';

/**
 * A message of the delivery queue: a header as one line of JSON, then one line of structured CloudEvents JSON per
 * event. A webhook sends such a line verbatim, without parsing it. A message holds several events only if they were
 * published as a batch, which the queue has to accept all or nothing. A retry consists of the header only; its event is
 * in the delivery store.
 */
export type DeliveryMessage = FirstDelivery | RetryDelivery;

export interface FirstDelivery {
  readonly kind: 'first';
  readonly appId: string;
  readonly publicationId: string;
  readonly publicationName: string;
  readonly subscriptionId?: string | undefined;
  /** Present for an ordered stream; the message then holds one event. */
  readonly laneId?: string | undefined;
  /** At least one. None contains a line break, as `JSON.stringify` guarantees. */
  readonly eventJsons: readonly string[];
}

export interface RetryDelivery {
  readonly kind: 'retry';
  readonly appId: string;
  readonly publicationId: string;
  readonly deliveryId: string;
  /**
   * The attempt's due time that the record had when this message was queued; absent if the delivery was parked. If the
   * record now has a different one, the delivery was rescheduled and this message is stale. The sweep may queue the
   * same attempt twice; the message received first then makes it.
   */
  readonly dueAtMs?: number | undefined;
  /** The lane in which the delivery needs a place; present only on the queue of ordered deliveries. */
  readonly laneId?: string | undefined;
}

export class DeliveryMessageError extends Error {
  override readonly name = 'DeliveryMessageError';
}

/** All events of a stream share this header, so it is built once. */
export function firstDeliveryHeader(delivery: Omit<FirstDelivery, 'eventJsons' | 'kind'>): string {
  return JSON.stringify({
    v: 1,
    kind: 'first',
    appId: delivery.appId,
    publicationId: delivery.publicationId,
    publicationName: delivery.publicationName,
    subscriptionId: delivery.subscriptionId,
  });
}

/** The header of an ordered stream, for an event of this lane. */
export function headerInLane(header: string, laneId: string): string {
  return `${header.slice(0, -1)},"laneId":${JSON.stringify(laneId)}}`;
}

export function firstDeliveryBody(header: string, ...eventJsons: readonly string[]): string {
  return `${header}\n${eventJsons.join('\n')}`;
}

export function retryDeliveryBody(retry: Omit<RetryDelivery, 'kind'>): string {
  return JSON.stringify({
    v: 1,
    kind: 'retry',
    appId: retry.appId,
    publicationId: retry.publicationId,
    deliveryId: retry.deliveryId,
    dueAtMs: retry.dueAtMs,
    laneId: retry.laneId,
  });
}

/** The message that triggers the next attempt of a stored delivery. */
export function retryMessage(record: Delivery): OutgoingMessage {
  return retryMessageOf(record, undefined);
}

/** The message that places a stored delivery in a lane, behind what is queued there, and triggers its next attempt. */
export function laneRetryMessage(record: Delivery, laneId: string): OutgoingMessage {
  return {
    ...retryMessageOf(record, laneId),
    // Deduplicates by the record's version, because the sweep may send the message again.
    order: { laneId, deduplicationId: `${record.id}.${record.version}` },
  };
}

function retryMessageOf(record: Delivery, laneId: string | undefined): OutgoingMessage {
  return {
    body: retryDeliveryBody({
      appId: record.appId,
      publicationId: record.publicationId,
      deliveryId: record.id,
      dueAtMs: record.nextAttemptAtMs,
      laneId,
    }),
    groupId: groupOf(record),
  };
}

/** Throws `DeliveryMessageError`: the message is not ours and goes to the dead letters. */
export function parseDeliveryMessage(body: string): DeliveryMessage {
  const end = body.indexOf('\n');
  const line = end < 0 ? body : body.slice(0, end);
  const known = FIRST_HEADERS.get(line);
  const header = known ?? readHeader(line);
  if (header?.kind === 'first' && end > 0) {
    if (known === undefined) keepHeader(line, header);
    return { ...header, eventJsons: body.slice(end + 1).split('\n') };
  }
  if (header?.kind === 'retry') return header;
  throw new DeliveryMessageError('expected a delivery header of version 1, found something else');
}

type FirstHeader = Omit<FirstDelivery, 'eventJsons'>;

/** By their line: the messages of a stream share one header, and parsing it costs as much as reading the event's id. */
const FIRST_HEADERS = new Map<string, FirstHeader>();
const HEADERS_MAX = 1_000;

/** Not an `LRUCache`: the CLI contains this file, and that package would be a quarter of what it installs. */
function keepHeader(line: string, header: FirstHeader): void {
  if (FIRST_HEADERS.size >= HEADERS_MAX) FIRST_HEADERS.clear();
  // Copied, because a slice would keep the whole message in memory.
  FIRST_HEADERS.set(Buffer.from(line).toString(), header);
}

/** Undefined if it is not a header of ours. */
function readHeader(line: string): FirstHeader | RetryDelivery | undefined {
  const header = parseHeader(line);
  const { appId, publicationId, publicationName, subscriptionId, deliveryId, dueAtMs } = header;
  if (typeof appId !== 'string' || typeof publicationId !== 'string') return undefined;
  const laneId = typeof header.laneId === 'string' ? header.laneId : undefined;
  if (header.kind === 'first' && typeof publicationName === 'string') {
    return {
      kind: 'first',
      appId,
      publicationId,
      publicationName,
      subscriptionId: typeof subscriptionId === 'string' ? subscriptionId : undefined,
      laneId,
    };
  }
  if (header.kind === 'retry' && typeof deliveryId === 'string') {
    return {
      kind: 'retry',
      appId,
      publicationId,
      deliveryId,
      dueAtMs: typeof dueAtMs === 'number' ? dueAtMs : undefined,
      laneId,
    };
  }
  return undefined;
}

interface Header {
  readonly kind?: unknown;
  readonly appId?: unknown;
  readonly publicationId?: unknown;
  readonly publicationName?: unknown;
  readonly subscriptionId?: unknown;
  readonly deliveryId?: unknown;
  readonly dueAtMs?: unknown;
  readonly laneId?: unknown;
}

function parseHeader(line: string): Header {
  let header: unknown;
  try {
    header = JSON.parse(line);
  } catch (cause) {
    throw new DeliveryMessageError('expected a JSON header on the first line of the message', { cause });
  }
  if (typeof header !== 'object' || header === null || (header as { v?: unknown }).v !== 1) {
    throw new DeliveryMessageError('expected a delivery header of version 1, found something else');
  }
  return header as Header;
}
