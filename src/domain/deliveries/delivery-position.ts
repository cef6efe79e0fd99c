import { parseBase64Url } from '../../base/base64.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { wholeNumberOf } from '../../base/whole-number.ts';
import type { Delivery } from './delivery.ts';

/** Digits of a time in milliseconds, enough until the year 33658, so that text sorts in the order of time. */
const TIME_DIGITS = 15;
const POSITION = /^\d{15}#./;

/** The position of a delivery in a list sorted by time, then id. */
export function deliveryPosition(delivery: Delivery): string {
  return `${String(delivery.createdAtMs).padStart(TIME_DIGITS, '0')}#${delivery.id}`;
}

/** The position before every delivery of that time and after every earlier one. */
export function startOfTime(atMs: number): string {
  return `${String(atMs).padStart(TIME_DIGITS, '0')}#!`;
}

/** Base64url, because the token is part of a URL. */
export function pageToken(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** Undefined when the text is not a page token. */
export function parsePageToken(token: string): string | undefined {
  const bytes = parseBase64Url(token);
  const position = bytes === undefined ? undefined : decodeUtf8(bytes);
  return position !== undefined && POSITION.test(position) ? position : undefined;
}

/** Parses the result of `deliveryPosition` or `parsePageToken`. */
export function parsePosition(position: string): { readonly createdAtMs: number; readonly id: string } {
  return { createdAtMs: wholeNumberOf(position.slice(0, TIME_DIGITS)), id: position.slice(TIME_DIGITS + 1) };
}
