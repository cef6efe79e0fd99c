import { integerBetween, type Random } from '../random.ts';
import type { Storage, StoredEvent } from './storage.ts';

/** One entry of a topic: an event, or a mark, which is a replay id that was issued without an event (a keepalive's). */
export interface LogEntry {
  readonly number: number;
  readonly at: number;
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Buffer;
}

export type Position = { readonly kind: 'at'; readonly sequence: number } | { readonly kind: 'corrupted' };

/** The most entries of a topic in memory, whatever the retention: about a gigabyte of ordinary change events. */
const ENTRIES_MAX = 2_000_000;

/** Idle topics issue a new replay id with every keepalive; within an hour these share one entry. */
const MARK_INTERVAL_MS = 3_600_000;

/** Real replay ids are not contiguous, and a client that counts them must fail here. */
const GAP_MAX = 5;

/** 8 bytes big endian and two zero bytes, as seen on live orgs. */
export function replayIdBytes(number: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeBigUInt64BE(BigInt(number), 0);
  return bytes;
}

/** Reads 10 bytes, or the 8 that an old client sends back. Anything else is not a replay id. */
export function replayIdNumber(bytes: Buffer): number | undefined {
  if (bytes.length !== 8 && bytes.length !== 10) return undefined;
  if (bytes.length === 10 && bytes.readUInt16BE(8) !== 0) return undefined;
  const value = bytes.readBigUInt64BE(0);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
}

/**
 * The events of one topic in order of replay id. Entries are addressed by a sequence that only grows, so that a
 * reader's position survives the purge of old entries.
 */
export class TopicLog {
  readonly topic: string;
  readonly #storage: Storage;
  readonly #random: Random;
  #entries: LogEntry[] = [];
  #offset = 0;
  #last = 0;
  readonly #listeners = new Set<() => void>();

  constructor(topic: string, storage: Storage, random: Random) {
    this.topic = topic;
    this.#storage = storage;
    this.#random = random;
  }

  /** Begins a new log. Its first number is far from other topics', so that a foreign replay id is out of range. */
  start(now: number): void {
    this.#last = integerBetween(this.#random, 1_000_000, 900_000_000_000);
    this.#add({ number: this.#last, at: now, id: '', schemaId: '', payload: Buffer.alloc(0) });
  }

  restore(event: StoredEvent): void {
    this.#entries.push(event);
    this.#last = Math.max(this.#last, event.number);
  }

  /** Drops everything and restarts the numbering, as a sandbox refresh or an org migration does. */
  reset(now: number): void {
    this.#storage.forgetEvents(this.topic, Number.MAX_SAFE_INTEGER);
    this.#offset += this.#entries.length;
    this.#entries = [];
    this.start(now);
    this.wake();
  }

  get last(): number {
    return this.#last;
  }

  get end(): number {
    return this.#offset + this.#entries.length;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  append(at: number, id: string, schemaId: string, payload: Buffer): LogEntry {
    const entry = { number: this.#next(), at, id, schemaId, payload };
    this.#add(entry);
    return entry;
  }

  /** Issues a new replay id without an event: the channel advanced over events that were filtered out. */
  advance(now: number): number {
    const number = this.#next();
    const last = this.#entries.at(-1);
    const before = this.#entries.at(-2);
    if (last?.id === '' && before?.id === '' && now - before.at < MARK_INTERVAL_MS) {
      // replaced in place: readers hold sequences, and this entry is not an event
      const mark = { number, at: now, id: '', schemaId: '', payload: last.payload };
      this.#entries[this.#entries.length - 1] = mark;
      this.#last = number;
      this.#storage.forgetEvent(this.topic, last.number);
      this.#store(mark);
      return number;
    }
    this.#add({ number, at: now, id: '', schemaId: '', payload: Buffer.alloc(0) });
    return number;
  }

  entry(sequence: number): LogEntry | undefined {
    return this.#entries[sequence - this.#offset];
  }

  /** All events still in the log, including expired ones; for the ledger. */
  events(): LogEntry[] {
    return this.#entries.filter((entry) => entry.id !== '');
  }

  /**
   * The position after this replay id. An id that no retained entry precedes is corrupted: too old, or not from this
   * log.
   */
  after(number: number, oldest: number): Position {
    if (number > this.#last) return { kind: 'corrupted' };
    const index = this.#countUpTo(number);
    const before = this.#entries[index - 1];
    if (before === undefined || before.at < oldest) return { kind: 'corrupted' };
    return { kind: 'at', sequence: this.#offset + index };
  }

  earliest(oldest: number): number {
    let index = 0;
    while (index < this.#entries.length && (this.#entries[index]?.at ?? 0) < oldest) index += 1;
    return this.#offset + index;
  }

  /** Drops entries older than this, except the newest one, which preserves the numbering. */
  purge(oldest: number): void {
    let count = 0;
    while (count < this.#entries.length - 1 && (this.#entries[count]?.at ?? 0) < oldest) count += 1;
    this.#drop(Math.max(count, this.#entries.length - ENTRIES_MAX));
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  #next(): number {
    return this.#last + 1 + Math.floor(this.#random() * GAP_MAX);
  }

  #add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#last = entry.number;
    this.#store(entry);
    // drops ten percent more, so that a full log is not cut for every event
    if (this.#entries.length > ENTRIES_MAX * 1.1) this.#drop(this.#entries.length - ENTRIES_MAX);
  }

  #store(entry: LogEntry): void {
    this.#storage.appendEvent({ topic: this.topic, ...entry });
  }

  #drop(count: number): void {
    if (count <= 0) return;
    const last = this.#entries[count - 1];
    if (last !== undefined) this.#storage.forgetEvents(this.topic, last.number);
    this.#entries = this.#entries.slice(count);
    this.#offset += count;
  }

  #countUpTo(number: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.number <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
