import { typeError } from '../errors.ts';
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

// What a method takes as its receiver, with the type error that a wrong one gets.

/** A string; bytes and timestamps become one. */
export function textReceiver(receiver: Value): string {
  if (typeof receiver === 'string') return receiver;
  if (isBytes(receiver)) return decodeUtf8(receiver);
  if (receiver instanceof Timestamp) return timestampText(receiver);
  throw typeError('string', receiver);
}

/** A string or bytes, as bytes. */
export function bytesReceiver(receiver: Value): Uint8Array {
  if (typeof receiver === 'string') return encodeUtf8(receiver);
  if (isBytes(receiver)) return receiver;
  throw typeError('string', receiver);
}

/** For methods that give a string for a string and bytes for bytes. */
export function mapText(receiver: Value, change: (text: string) => string): string | Uint8Array {
  if (typeof receiver === 'string') return change(receiver);
  if (isBytes(receiver)) return encodeUtf8(change(decodeUtf8(receiver)));
  throw typeError('string', receiver);
}

/** A string or bytes; nothing else. */
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

/** Bytes or a string, for methods whose error calls it bytes. */
export function binaryReceiver(receiver: Value): Uint8Array {
  if (typeof receiver === 'string') return encodeUtf8(receiver);
  if (isBytes(receiver)) return receiver;
  if (receiver instanceof Timestamp) return encodeUtf8(timestampText(receiver));
  throw typeError('bytes', receiver);
}
