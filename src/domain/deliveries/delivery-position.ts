import { parseBase64Url } from '../../base/base64.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { wholeNumberOf } from '../../base/whole-number.ts';
import type { Delivery } from './delivery.ts';

/** Digits of a time in milliseconds that hold until the year 33658: text then sorts as time does. */
const TIME_DIGITS = 15;
const POSITION = /^\d{15}#./;

/** Where a delivery stands in a list by time, then id. */
export function deliveryPosition(delivery: Delivery): string {
  return `${String(delivery.createdAtMs).padStart(TIME_DIGITS, '0')}#${delivery.id}`;
}

/** Before every delivery of that time, and after every earlier one. */
export function startOfTime(atMs: number): string {
  return `${String(atMs).padStart(TIME_DIGITS, '0')}#!`;
}

/** Base64url, because it travels in a URL. */
export function pageToken(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** Undefined when the text is not such a token. */
export function parsePageToken(token: string): string | undefined {
  const bytes = parseBase64Url(token);
  const position = bytes === undefined ? undefined : decodeUtf8(bytes);
  return position !== undefined && POSITION.test(position) ? position : undefined;
}

/** Of what `deliveryPosition` or `parsePageToken` answered. */
export function parsePosition(position: string): { readonly createdAtMs: number; readonly id: string } {
  return { createdAtMs: wholeNumberOf(position.slice(0, TIME_DIGITS)), id: position.slice(TIME_DIGITS + 1) };
}
