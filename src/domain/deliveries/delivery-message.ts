import type { Delivery } from './delivery.ts';
import { groupOf, type OutgoingMessage } from './delivery-queue.ts';

/**
 * A message of the delivery queue: a header as one line of JSON, then one line an event, as structured CloudEvents JSON. A
 * webhook sends such a line as it is, without parsing it. A message holds several events only if they were published as a
 * batch, which the queue has to take as a whole or not at all. A retry is a header only: its event is in the delivery store.
 */
export type DeliveryMessage = FirstDelivery | RetryDelivery;

export interface FirstDelivery {
  readonly kind: 'first';
  readonly appId: string;
  readonly publicationId: string;
  readonly publicationName: string;
  readonly subscriptionId?: string | undefined;
  /** Of an ordered stream; then there is one event. */
  readonly laneId?: string | undefined;
  /** At least one. Each is without line breaks, as `JSON.stringify` writes it. */
  readonly eventJsons: readonly string[];
}

export interface RetryDelivery {
  readonly kind: 'retry';
  readonly appId: string;
  readonly publicationId: string;
  readonly deliveryId: string;
  /**
   * The due time of the attempt in the record when this message was queued; absent if the delivery was parked. If the record
   * has another one now, the delivery was planned anew, and this message is stale. The sweep may queue the same attempt
   * again: then the message that is received first makes it.
   */
  readonly dueAtMs?: number | undefined;
  /** Of a delivery that has to get its place in the lane; present only on the queue of ordered deliveries. */
  readonly laneId?: string | undefined;
}

export class DeliveryMessageError extends Error {
  override readonly name = 'DeliveryMessageError';
}

/** All events of a stream have the same header: make it once. */
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

/** The message that makes the next attempt of a stored delivery. */
export function retryMessage(record: Delivery): OutgoingMessage {
  return retryMessageOf(record, undefined);
}

/** The message that gives a stored delivery its place in a lane, behind what is queued there, and makes its next attempt. */
export function laneRetryMessage(record: Delivery, laneId: string): OutgoingMessage {
  return {
    ...retryMessageOf(record, laneId),
    // Of each version of the record once: the sweep may send it again.
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

/** Throws `DeliveryMessageError`: the message is not ours, and goes to the dead letters. */
export function parseDeliveryMessage(body: string): DeliveryMessage {
  const end = body.indexOf('\n');
  const header = parseHeader(end < 0 ? body : body.slice(0, end));
  const appId = header['appId'];
  const publicationId = header['publicationId'];
  if (typeof appId === 'string' && typeof publicationId === 'string') {
    const { publicationName, subscriptionId, deliveryId, dueAtMs } = header;
    const laneId = typeof header.laneId === 'string' ? header.laneId : undefined;
    if (header['kind'] === 'first' && end > 0 && typeof publicationName === 'string') {
      return {
        kind: 'first',
        appId,
        publicationId,
        publicationName,
        subscriptionId: typeof subscriptionId === 'string' ? subscriptionId : undefined,
        laneId,
        eventJsons: body.slice(end + 1).split('\n'),
      };
    }
    if (header['kind'] === 'retry' && typeof deliveryId === 'string') {
      return {
        kind: 'retry',
        appId,
        publicationId,
        deliveryId,
        dueAtMs: typeof dueAtMs === 'number' ? dueAtMs : undefined,
        laneId,
      };
    }
  }
  throw new DeliveryMessageError('expected a delivery header of version 1, found something else');
}

interface Header {
  readonly [name: string]: unknown;
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
