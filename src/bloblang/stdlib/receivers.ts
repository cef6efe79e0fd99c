import { typeError } from '../errors.ts';
import type { Run } from '../runtime.ts';
import { timestampText } from '../text.ts';
import {
  type ArrayValue,
  decodeUtf8,
  encodeUtf8,
  isArray,
  isBytes,
  isNumber,
  isObject,
  type NumberValue,
  type ObjectValue,
  Timestamp,
  toFloat,
  type Value,
} from '../values.ts';

// Checks the receivers of methods. Each function throws a type error for any other value.

/** Accepts a string; converts bytes and timestamps to a string. */
export function textReceiver(receiver: Value): string {
  if (typeof receiver === 'string') return receiver;
  if (isBytes(receiver)) return decodeUtf8(receiver);
  if (receiver instanceof Timestamp) return timestampText(receiver);
  throw typeError('string', receiver);
}

/** Like `textReceiver`, for an element of an array. The elements may all be the same bytes, so each pays for itself. */
export function textElement(run: Run, element: Value): string {
  if (isBytes(element)) run.allocateString(element.length);
  return textReceiver(element);
}

/** Accepts a string or bytes; returns bytes. */
export function bytesReceiver(receiver: Value): Uint8Array {
  if (typeof receiver === 'string') return encodeUtf8(receiver);
  if (isBytes(receiver)) return receiver;
  throw typeError('string', receiver);
}

/** Maps a string to a string, and bytes to bytes. */
export function mapText(receiver: Value, change: (text: string) => string): string | Uint8Array {
  if (typeof receiver === 'string') return change(receiver);
  if (isBytes(receiver)) return encodeUtf8(change(decodeUtf8(receiver)));
  throw typeError('string', receiver);
}

/** Accepts a string or bytes; returns a string. */
export function plainText(receiver: Value): string {
  if (typeof receiver === 'string') return receiver;
  if (isBytes(receiver)) return decodeUtf8(receiver);
  throw typeError('string', receiver);
}

export function arrayReceiver(receiver: Value): ArrayValue {
  if (!isArray(receiver)) throw typeError('array', receiver);
  return receiver;
}

export function objectReceiver(receiver: Value): ObjectValue {
  if (!isObject(receiver)) throw typeError('object', receiver);
  return receiver;
}

export function numberReceiver(receiver: Value): NumberValue {
  if (!isNumber(receiver)) throw typeError('number', receiver);
  return receiver;
}

export function floatReceiver(receiver: Value): number {
  return toFloat(numberReceiver(receiver));
}

/** Accepts the same values as `textReceiver`, but returns bytes and names bytes in its error. */
export function binaryReceiver(receiver: Value): Uint8Array {
  if (typeof receiver === 'string') return encodeUtf8(receiver);
  if (isBytes(receiver)) return receiver;
  if (receiver instanceof Timestamp) return encodeUtf8(timestampText(receiver));
  throw typeError('bytes', receiver);
}
