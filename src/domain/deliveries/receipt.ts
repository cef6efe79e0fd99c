import { timingSafeEqual } from 'node:crypto';
import { randomText, sha256Hex } from '../../base/ids.ts';
import type { Delivery } from './delivery.ts';

/**
 * What a puller returns to end a delivery: the delivery's id and a 128-bit secret whose hash the record stores. A
 * receipt cannot be guessed, and is worthless for another app or publication, because the record belongs to one.
 */
export interface Receipt {
  readonly deliveryId: string;
  readonly secret: string;
}

const SECRET_BYTES = 16;
/** An id and a secret have 22 characters each. */
const RECEIPT = /^([\w-]{1,100})\.([\w-]{22})$/;

export function newReceipt(deliveryId: string): Receipt {
  return { deliveryId, secret: randomText(SECRET_BYTES) };
}

export function receiptText({ deliveryId, secret }: Receipt): string {
  return `${deliveryId}.${secret}`;
}

/** Undefined when the text is not a receipt. */
export function parseReceipt(text: string): Receipt | undefined {
  const [, deliveryId, secret] = RECEIPT.exec(text) ?? [];
  return deliveryId === undefined || secret === undefined ? undefined : { deliveryId, secret };
}

export function receiptHash({ secret }: Receipt): string {
  return sha256Hex(secret);
}

/** Whether this is the receipt last issued for the delivery. */
export function isReceiptOf(receipt: Receipt, { receiptHash: known }: Delivery): boolean {
  if (known === undefined) return false;
  const [given, expected] = [Buffer.from(receiptHash(receipt)), Buffer.from(known)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
