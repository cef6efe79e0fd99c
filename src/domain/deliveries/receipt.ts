import { timingSafeEqual } from 'node:crypto';
import { randomText, sha256Hex } from '../../base/ids.ts';
import type { Delivery } from './delivery.ts';

/**
 * What a puller gives back to end a delivery: the delivery's id and a secret of 128 bits, of which the record keeps the hash.
 * Nobody can make one up, and it is worth nothing for another app or publication, because the record is of one.
 */
export interface Receipt {
  readonly deliveryId: string;
  readonly secret: string;
}

const SECRET_BYTES = 16;
/** An id has 22 characters, and so has a secret. */
const RECEIPT = /^([\w-]{1,100})\.([\w-]{22})$/;

export function newReceipt(deliveryId: string): Receipt {
  return { deliveryId, secret: randomText(SECRET_BYTES) };
}

export function receiptText({ deliveryId, secret }: Receipt): string {
  return `${deliveryId}.${secret}`;
}

/** Undefined when the text is none. */
export function parseReceipt(text: string): Receipt | undefined {
  const [, deliveryId, secret] = RECEIPT.exec(text) ?? [];
  return deliveryId === undefined || secret === undefined ? undefined : { deliveryId, secret };
}

export function receiptHash({ secret }: Receipt): string {
  return sha256Hex(secret);
}

/** Whether it is the receipt that was last given out for the delivery. */
export function isReceiptOf(receipt: Receipt, { receiptHash: known }: Delivery): boolean {
  if (known === undefined) return false;
  const [given, expected] = [Buffer.from(receiptHash(receipt)), Buffer.from(known)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
