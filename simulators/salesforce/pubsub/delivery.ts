import { RETENTION_MS } from '../org/event-bus.ts';
import type { Org } from '../org/org.ts';
import { type LogEntry, replayIdBytes, replayIdNumber, type TopicLog } from '../org/topic-log.ts';
import { integerBetween, randomUuid } from '../random.ts';
import type { ErrorName } from './errors.ts';
import type { Timing } from './timing.ts';
import { eventSize, type FetchRequest, REPLAY_CUSTOM, REPLAY_EARLIEST, writeFetchResponse } from './wire.ts';

/** Requested events that are not yet delivered, over all requests of a call; more is clamped. */
const PENDING_MAX = 100;

/** A FetchResponse is at most 3 MB. */
const RESPONSE_BYTES_MAX = 3_000_000;

/** What a delivery needs from the call that it writes to. */
export interface DeliveryStream {
  /** False when the transport wants a pause; `onDrain` follows. */
  write(response: Buffer): boolean;
  onDrain(listener: () => void): void;
  fail(error: ErrorName): void;
  /** The fault knob asks for this stream to end now. */
  drop(): void;
}

export type Start = { readonly sequence: number } | { readonly error: ErrorName };

/** The position at which a first request wants to start. */
export function startOf(
  request: Pick<FetchRequest, 'replayPreset' | 'replayId'>,
  log: TopicLog,
  now: number,
): Start {
  const oldest = now - RETENTION_MS;
  if (request.replayPreset === REPLAY_EARLIEST) return { sequence: log.earliest(oldest) };
  if (request.replayPreset !== REPLAY_CUSTOM) return { sequence: log.end };
  if (request.replayId.length === 0) return { error: 'replayIdInvalid' };
  const number = replayIdNumber(request.replayId);
  if (number === undefined) return { error: 'replayIdInvalid' };
  const position = log.after(number, oldest);
  return position.kind === 'at' ? { sequence: position.sequence } : { error: 'replayIdCorrupted' };
}

/** Delivers one topic's events to one stream: as many as were requested, and keepalives if there are none. */
export class Delivery {
  readonly #org: Org;
  readonly #log: TopicLog;
  readonly #stream: DeliveryStream;
  readonly #timing: Timing;
  #sequence: number;
  #pending = 0;
  #delivered = 0;
  #scheduled = false;
  #blocked = false;
  #settling = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #delay: NodeJS.Timeout | undefined;
  readonly #stopListening: () => void;
  /** Appended to each response; a managed subscription adds its own fields this way. */
  suffix: () => Buffer | undefined = () => undefined;

  constructor(org: Org, log: TopicLog, stream: DeliveryStream, timing: Timing, sequence: number) {
    this.#org = org;
    this.#log = log;
    this.#stream = stream;
    this.#timing = timing;
    this.#sequence = sequence;
    this.#stopListening = log.onAppend(() => this.#schedule());
    stream.onDrain(() => {
      this.#blocked = false;
      this.#schedule();
    });
  }

  /** Starts the window in which a new subscription at LATEST misses events. */
  settle(): void {
    if (this.#timing.latestSettleMs <= 0) return;
    this.#settling = true;
    this.#delay = setTimeout(() => {
      this.#settling = false;
      this.#sequence = this.#log.end;
      this.#schedule();
    }, this.#timing.latestSettleMs);
  }

  request(count: number): void {
    this.#pending = Math.min(PENDING_MAX, this.#pending + count);
    this.#arm();
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    clearTimeout(this.#timer);
    clearTimeout(this.#delay);
  }

  /** Waits for the end of the current turn, so that events published together travel together. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const faults = this.#org.faults;
    while (!this.#closed && !this.#blocked && !this.#settling && this.#pending > 0 && !faults.halfOpen) {
      const events = this.#take();
      if (events.length === 0) return;
      if (faults.fetchDelayMs > 0) {
        this.#blocked = true;
        this.#delay = setTimeout(() => {
          this.#blocked = false;
          this.#send(events);
          this.#schedule();
        }, faults.fetchDelayMs);
        return;
      }
      this.#send(events);
    }
  }

  /** The next events, within the requested number, the size of one response, and the daily allocation. */
  #take(): LogEntry[] {
    const faults = this.#org.faults;
    const now = this.#org.clock();
    let room = this.#pending;
    if (faults.responseEventsMax > 0) room = Math.min(room, faults.responseEventsMax);
    if (faults.splitRandomly) room = integerBetween(this.#org.random, 1, room);
    if (faults.dropStreamAfterEvents > 0)
      room = Math.min(room, Math.max(1, faults.dropStreamAfterEvents - this.#delivered));
    const oldest = now - RETENTION_MS;
    const events: LogEntry[] = [];
    let bytes = 0;
    while (events.length < room) {
      const entry = this.#log.entry(this.#sequence);
      if (entry === undefined) {
        // behind the purge: continue with the oldest retained event
        const earliest = this.#log.earliest(oldest);
        if (this.#sequence < earliest) {
          this.#sequence = earliest;
          continue;
        }
        break;
      }
      if (entry.id === '' || entry.at < oldest) {
        this.#sequence += 1;
        continue;
      }
      bytes += eventSize(entry);
      if (bytes > RESPONSE_BYTES_MAX && events.length > 0) break;
      this.#sequence += 1;
      events.push(entry);
      if (faults.duplicateRate > 0 && this.#org.random() < faults.duplicateRate) events.push(entry);
    }
    if (events.length === 0) return events;
    const left = faults.deliveredLimit - this.#org.allocations.delivered.total(now);
    if (left >= events.length) return events;
    this.#stream.fail('deliveryLimit');
    this.close();
    return [];
  }

  #send(events: readonly LogEntry[]): void {
    const last = events.at(-1);
    if (this.#closed || last === undefined) return;
    this.#pending = Math.max(0, this.#pending - events.length);
    this.#delivered += events.length;
    this.#org.allocations.delivered.add(this.#org.clock(), events.length);
    this.#write(events, last.number);
    const after = this.#org.faults.dropStreamAfterEvents;
    if (after > 0 && this.#delivered >= after) {
      this.close();
      this.#stream.drop();
    }
  }

  #write(events: readonly LogEntry[], latest: number): void {
    const response = writeFetchResponse(events, {
      latestReplayId: replayIdBytes(latest),
      rpcId: randomUuid(this.#org.random),
      pendingNumRequested: this.#pending,
    });
    const suffix = this.suffix();
    if (!this.#stream.write(suffix === undefined ? response : Buffer.concat([response, suffix])))
      this.#blocked = true;
    this.#arm();
  }

  /** Writes a response without events: a keepalive, or the answer to a commit. */
  writeEmpty(): void {
    // never past a waiting event: a client would store the id as its cursor and lose that event
    const latest = this.#hasEvents()
      ? this.#log.entry(this.#sequence - 1)?.number
      : this.#log.advance(this.#org.clock());
    this.#write([], latest ?? 0);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    if (this.#pending > 0) {
      this.#timer = setTimeout(() => {
        if (this.#settling || this.#blocked || this.#org.faults.halfOpen || this.#hasEvents()) this.#arm();
        else this.writeEmpty();
      }, this.#timing.keepaliveMs);
    } else {
      this.#timer = setTimeout(() => {
        if (this.#org.faults.halfOpen) return this.#arm();
        this.close();
        this.#stream.fail('subscriptionTimeout');
      }, this.#timing.idleCloseMs);
    }
  }

  #hasEvents(): boolean {
    for (let sequence = this.#sequence; sequence < this.#log.end; sequence += 1) {
      if (this.#log.entry(sequence)?.id !== '') return true;
    }
    return false;
  }
}
