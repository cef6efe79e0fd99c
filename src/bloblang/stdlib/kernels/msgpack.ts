import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { timestampText } from '../../text.ts';
import {
  decodeUtf8,
  encodeUtf8,
  Float64,
  float,
  INT64_MAX,
  int,
  isArray,
  isBytes,
  isNumber,
  type ObjectBuilder,
  resolveNumber,
  Sentinel,
  setOwn,
  Timestamp,
  type Value,
} from '../../values.ts';

// MessagePack. It writes integers in eight bytes, as the reference engine does, and reads them in any width.

/** The memory for writing a value besides its bytes: the small arrays that it is built in. */
const VALUE_OVERHEAD = 64;
const FIRST_BUFFER_BYTES = 256;

class Writer {
  readonly #run: Run;
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #length = 0;
  constructor(run: Run) {
    this.#run = run;
  }

  #push(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    this.#run.allocate(bytes.length * 2 + VALUE_OVERHEAD);
    if (length > this.#buffer.length) {
      this.#run.allocateString(length);
      this.#run.allocate(length);
      const larger = new Uint8Array(length * 2);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  #head(size: number, fix: number, fixMax: number, codes: readonly (readonly [number, number])[]): void {
    if (size <= fixMax) {
      this.#push(Uint8Array.of(fix | size));
      return;
    }
    for (const [code, width] of codes) {
      if (size >= 2 ** (width * 8)) continue;
      const bytes = new Uint8Array(1 + width);
      bytes[0] = code;
      for (let i = width, rest = size; i > 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
      this.#push(bytes);
      return;
    }
  }

  #wide(code: number, write: (view: DataView) => void): void {
    const bytes = new Uint8Array(9);
    bytes[0] = code;
    write(new DataView(bytes.buffer, 1));
    this.#push(bytes);
  }

  #text(text: string): void {
    const bytes = encodeUtf8(text);
    this.#head(bytes.length, 0xa0, 31, [
      [0xd9, 1],
      [0xda, 2],
      [0xdb, 4],
    ]);
    this.#push(bytes);
  }

  value(value: Value): void {
    if (value === null || value === undefined || value instanceof Sentinel) this.#push(Uint8Array.of(0xc0));
    else if (typeof value === 'boolean') this.#push(Uint8Array.of(value ? 0xc3 : 0xc2));
    else if (typeof value === 'string') this.#text(value);
    else if (value instanceof Timestamp) this.#text(timestampText(value));
    else if (isNumber(value)) {
      const number = resolveNumber(value);
      if (number instanceof Float64) this.#wide(0xcb, (view) => view.setFloat64(0, number.value));
      else if (typeof number === 'number' && !Number.isSafeInteger(number)) {
        this.#wide(0xcb, (view) => view.setFloat64(0, number));
      } else {
        const whole = BigInt(number);
        if (whole > INT64_MAX) this.#wide(0xcf, (view) => view.setBigUint64(0, whole));
        else this.#wide(0xd3, (view) => view.setBigInt64(0, whole));
      }
    } else if (isBytes(value)) {
      this.#head(value.length, 0, -1, [
        [0xc4, 1],
        [0xc5, 2],
        [0xc6, 4],
      ]);
      this.#push(value);
    } else if (isArray(value)) {
      this.#head(value.length, 0x90, 15, [
        [0xdc, 2],
        [0xdd, 4],
      ]);
      for (const element of value) this.value(element);
    } else {
      const keys = this.#run.sortedKeysOf(value);
      this.#head(keys.length, 0x80, 15, [
        [0xde, 2],
        [0xdf, 4],
      ]);
      for (const key of keys) {
        this.#text(key);
        this.value(value[key] ?? null);
      }
    }
  }

  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }
}

/** V8's memory for a number with a fraction, or for an empty array. */
const VALUE_BYTES = 32;

class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #run: Run;
  constructor(run: Run, bytes: Uint8Array) {
    this.#run = run;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(size: number): number {
    const start = this.#at;
    if (start + size > this.#bytes.length) throw fail(start === 0 ? 'EOF' : 'unexpected EOF');
    this.#at += size;
    return start;
  }

  #size(width: 1 | 2 | 4): number {
    const at = this.#take(width);
    return width === 1
      ? this.#view.getUint8(at)
      : width === 2
        ? this.#view.getUint16(at)
        : this.#view.getUint32(at);
  }

  #text(size: number): string {
    const at = this.#take(size);
    return this.#run.made(decodeUtf8(this.#bytes.subarray(at, at + size)));
  }

  #binary(size: number): Uint8Array {
    const at = this.#take(size);
    this.#run.allocateString(size);
    return this.#bytes.slice(at, at + size);
  }

  #array(size: number, depth: number): Value[] {
    // Every element takes at least one byte. A size that exceeds the remaining input is false, so nothing is allocated
    // for it.
    if (size > this.#bytes.length - this.#at) throw fail('unexpected EOF');
    this.#run.allocateEntries(size);
    const elements: Value[] = [];
    for (let i = 0; i < size; i++) elements.push(this.value(depth + 1));
    return elements;
  }

  #map(size: number, depth: number): ObjectBuilder {
    if (size > this.#bytes.length - this.#at) throw fail('unexpected EOF');
    this.#run.allocateKeys(size);
    const object: ObjectBuilder = {};
    for (let i = 0; i < size; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw fail('msgpack: only text keys are supported');
      setOwn(object, key, this.value(depth + 1));
    }
    return object;
  }

  value(depth = 0): Value {
    this.#run.allocate(VALUE_BYTES);
    if (depth > this.#run.limits.valueDepth) throw fail('msgpack: nested too deeply');
    const code = this.#view.getUint8(this.#take(1));
    if (code < 0x80) return code;
    if (code < 0x90) return this.#map(code & 15, depth);
    if (code < 0xa0) return this.#array(code & 15, depth);
    if (code < 0xc0) return this.#text(code & 31);
    if (code >= 0xe0) return code - 256;
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#size(1));
      case 0xc5:
        return this.#binary(this.#size(2));
      case 0xc6:
        return this.#binary(this.#size(4));
      case 0xca:
        return float(this.#view.getFloat32(this.#take(4)));
      case 0xcb:
        return float(this.#view.getFloat64(this.#take(8)));
      case 0xcc:
        return this.#size(1);
      case 0xcd:
        return this.#size(2);
      case 0xce:
        return this.#size(4);
      case 0xcf:
        return int(this.#view.getBigUint64(this.#take(8)));
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
      case 0xd3:
        return int(this.#view.getBigInt64(this.#take(8)));
      case 0xd9:
        return this.#text(this.#size(1));
      case 0xda:
        return this.#text(this.#size(2));
      case 0xdb:
        return this.#text(this.#size(4));
      case 0xdc:
        return this.#array(this.#size(2), depth);
      case 0xdd:
        return this.#array(this.#size(4), depth);
      case 0xde:
        return this.#map(this.#size(2), depth);
      case 0xdf:
        return this.#map(this.#size(4), depth);
      default:
        throw fail(`msgpack: unknown code ${code.toString(16)}`);
    }
  }
}

export function encodeMsgpack(run: Run, value: Value): Uint8Array {
  const writer = new Writer(run);
  writer.value(value);
  return writer.finish();
}

export function decodeMsgpack(run: Run, bytes: Uint8Array): Value {
  return new Reader(run, bytes).value();
}
