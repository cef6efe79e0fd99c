import type { Delivery } from './delivery.ts';
import type { OutgoingMessage } from './delivery-queue.ts';

/**
 * What lies on the delivery queue. A line of JSON header, then a line an event, as structured CloudEvents JSON: a webhook
 * delivery sends that line as it is, without parsing or writing it again. A message holds several events only where a
 * batch was published in one request: SQS then takes all of it or nothing.
 * A retry has a header only: the event is in the delivery store.
 */
export type DeliveryMessage = FirstDelivery | RetryDelivery;

export interface FirstDelivery {
  readonly kind: 'first';
  readonly appId: string;
  readonly publicationId: string;
  readonly publicationName: string;
  readonly subscriptionId?: string | undefined;
  /** At least one; each without line breaks, as `JSON.stringify` writes it. */
  readonly eventJsons: readonly string[];
}

export interface RetryDelivery {
  readonly kind: 'retry';
  readonly appId: string;
  readonly publicationId: string;
  readonly deliveryId: string;
  /**
   * When the attempt was due, as the record says it; absent for one that is parked. A record that says otherwise was
   * planned anew, and this message is stale. The sweep may queue the same plan again: whichever message comes first
   * makes the attempt.
   */
  readonly dueAtMs?: number | undefined;
}

export class DeliveryMessageError extends Error {
  override readonly name = 'DeliveryMessageError';
}

/** The header is the same for every event of a stream: make it once. */
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
  });
}

/** The message that tries a stored delivery again. */
export function retryMessage(record: Delivery): OutgoingMessage {
  return {
    body: retryDeliveryBody({
      appId: record.appId,
      publicationId: record.publicationId,
      deliveryId: record.id,
      dueAtMs: record.nextAttemptAtMs,
    }),
    groupId: record.publicationId,
  };
}

/** Throws `DeliveryMessageError`: such a message is not ours, and ends in the DLQ. */
export function parseDeliveryMessage(body: string): DeliveryMessage {
  const end = body.indexOf('\n');
  const header = parseHeader(end < 0 ? body : body.slice(0, end));
  const appId = header['appId'];
  const publicationId = header['publicationId'];
  if (typeof appId === 'string' && typeof publicationId === 'string') {
    const { publicationName, subscriptionId, deliveryId, dueAtMs } = header;
    if (header['kind'] === 'first' && end > 0 && typeof publicationName === 'string') {
      return {
        kind: 'first',
        appId,
        publicationId,
        publicationName,
        subscriptionId: typeof subscriptionId === 'string' ? subscriptionId : undefined,
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
