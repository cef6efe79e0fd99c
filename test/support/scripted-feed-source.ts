import type { Event } from '../../src/domain/events/event.ts';
import type {
  FeedEvent,
  FeedEventsDecoded,
  FeedFailure,
  FeedFrame,
  FeedOpened,
  FeedSource,
  FeedStart,
  FeedStream,
  FeedStreamEnded,
  FeedTarget,
} from '../../src/domain/feeds/feed-source.ts';
import { anEvent } from './builders.ts';

/** One event of a feed; its cursor is derived from its id. */
export function aFeedEvent(id: string, changes: Partial<Event> = {}): FeedEvent {
  return {
    cursor: cursorOf(id),
    raw: { id, schemaId: 's', payload: new Uint8Array([1]), receivedAtMs: 2 },
    decoded: {
      kind: 'decoded',
      json: anEvent({ id, ...changes }),
      avroJson: undefined,
      atMs: 1,
      committedAtMs: undefined,
    },
  };
}

export function cursorOf(id: string): string {
  return `cursor-${id}`;
}

export function aFailure(kind: FeedFailure['kind'], id = `some-${kind}`): FeedFailure {
  return { kind, id, message: `The source says ${kind}.` };
}

/** The far side of feeds: a test decides how attempts to open a stream end, and what each stream returns. */
export class ScriptedFeedSource implements FeedSource {
  readonly streams: ScriptedStream[] = [];
  /** The failures of the next attempts to open, in order. */
  readonly failures: FeedFailure[] = [];
  openings = 0;

  async open(target: FeedTarget, start: FeedStart): Promise<FeedOpened> {
    this.openings += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) return { kind: 'failed', failure };
    const stream = new ScriptedStream(target, start);
    this.streams.push(stream);
    return { kind: 'open', stream };
  }

  /** The stream opened last. */
  get stream(): ScriptedStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('expected a stream, found that none was opened');
    return stream;
  }

  get openStreams(): readonly ScriptedStream[] {
    return this.streams.filter(({ isClosed }) => !isClosed);
  }
}

export class ScriptedStream implements FeedStream {
  readonly topic: string;
  readonly start: FeedStart;
  /** Set once the authorization no longer holds: the reason. */
  revoked: FeedFailure | undefined;
  checks = 0;
  requested = 0;
  isClosed = false;
  readonly #ready: (FeedFrame | FeedStreamEnded)[] = [];
  #waiting: ((next: FeedFrame | FeedStreamEnded) => void) | undefined;

  constructor({ topic }: FeedTarget, start: FeedStart) {
    this.topic = topic;
    this.start = start;
  }

  async next(): Promise<FeedFrame | FeedStreamEnded> {
    if (this.isClosed) return { kind: 'closed' };
    const ready = this.#ready.shift();
    if (ready !== undefined) return ready;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  request(acceptedCount: number): void {
    this.requested += acceptedCount;
  }

  async check(): Promise<FeedFailure | undefined> {
    this.checks += 1;
    return this.revoked;
  }

  close(): void {
    this.isClosed = true;
    this.#give({ kind: 'closed' });
  }

  /** Sends a frame with these events. */
  give(...events: readonly FeedEvent[]): void {
    this.giveFrame(events, { kind: 'decoded', events });
  }

  giveMany(count: number, prefix: string): void {
    this.give(...Array.from({ length: count }, (_, index) => aFeedEvent(`${prefix}${index}`)));
  }

  /** Sends a frame that decodes to something other than its events. */
  giveFrame(events: readonly FeedEvent[], decoded: FeedEventsDecoded | Promise<FeedEventsDecoded>): void {
    this.#give({
      kind: 'frame',
      eventCount: events.length,
      cursor: events.at(-1)?.cursor,
      decode: async () => decoded,
    });
  }

  /** Sends a frame without events. */
  keepAlive(cursor: string | undefined): void {
    this.#give({
      kind: 'frame',
      eventCount: 0,
      cursor,
      decode: async () => ({ kind: 'decoded', events: [] }),
    });
  }

  fail(failure: FeedFailure): void {
    this.#give({ kind: 'failed', failure });
  }

  #give(next: FeedFrame | FeedStreamEnded): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#ready.push(next);
    else waiting(next);
  }
}
