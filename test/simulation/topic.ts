import type { Event } from '../../src/domain/events/event.ts';
import type {
  FeedEvent,
  FeedFailure,
  FeedFailureKind,
  FeedFrame,
  FeedOpened,
  FeedSource,
  FeedStart,
  FeedStream,
  FeedStreamEnded,
} from '../../src/domain/feeds/feed-source.ts';
import type { Dice } from './dice.ts';
import type { PortCalls } from './port-calls.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

export const TOPIC = '/event/Simulated__e';

/** How often opening a stream fails, and how often a stream fails instead of giving its next frame. */
export interface TopicFaults {
  readonly open: number;
  readonly stream: number;
}

const FAILURES: readonly [FeedFailureKind, ...FeedFailureKind[]] = [
  'retry',
  'retry',
  'reauth',
  'unclear',
  'slow-down',
  'cursor-invalid',
];
const KEEPALIVE_MS = 20_000;
const FRAME_EVENTS_MAX = 4;

export interface TopicEvent {
  readonly id: string;
  readonly n: number;
  readonly isUndecodable: boolean;
}

/** The far side of feeds: a topic that retains everything. A cursor is the number of events up to it. */
export class SimulatedTopic {
  readonly events: TopicEvent[] = [];
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #faults: TopicFaults;
  readonly #meets: (fault: string) => boolean;
  readonly #streams = new Set<SimulatedStream>();
  #openings = 0;

  constructor(scheduler: Scheduler, dice: Dice, faults: TopicFaults, meets: (fault: string) => boolean) {
    this.#scheduler = scheduler;
    this.#dice = dice;
    this.#faults = faults;
    this.#meets = meets;
  }

  publish(event: TopicEvent): void {
    this.events.push(event);
    for (const stream of this.#streams) stream.wake();
  }

  /** The topic as a process sees it. */
  source(process: SimulatedProcess, calls: PortCalls): FeedSource {
    return {
      open: (_target, start) =>
        calls.far(process, 'poller', 'topic.open', async () => this.#open(process, start)),
    };
  }

  #open(process: SimulatedProcess, start: FeedStart): FeedOpened {
    this.#openings += 1;
    const number = this.#openings;
    if (
      this.#dice.fixed('topic open', number) < this.#faults.open &&
      this.#meets(`topic open #${number} fails`)
    ) {
      const kind = this.#failureKind('topic open kind', number);
      // A request for the earliest event names no cursor that could be invalid.
      return {
        kind: 'failed',
        failure: aFailure(kind === 'cursor-invalid' && start.kind !== 'cursor' ? 'retry' : kind),
      };
    }
    const next =
      start.kind === 'cursor' ? Number(start.cursor) : start.kind === 'earliest' ? 0 : this.events.length;
    const stream = new SimulatedStream(this, process, this.#scheduler, next, this.#streams, (frame) => {
      const name = `stream ${number} frame ${frame}`;
      return this.#dice.fixed(name) < this.#faults.stream && this.#meets(`${name} fails`)
        ? aFailure(this.#failureKind(name, 1))
        : undefined;
    });
    this.#streams.add(stream);
    process.onDeath(() => this.#streams.delete(stream));
    return { kind: 'open', stream };
  }

  frameSize(): number {
    return 1 + this.#dice.whole('frame size', FRAME_EVENTS_MAX);
  }

  delayMs(): number {
    return this.#dice.throw('frame delay') * 200;
  }

  #failureKind(site: string, index: number): FeedFailureKind {
    return FAILURES[Math.floor(this.#dice.fixed(`${site} kind`, index) * FAILURES.length)] ?? 'retry';
  }
}

function aFailure(kind: FeedFailureKind): FeedFailure {
  return { kind, id: `some-${kind}`, message: `The source says ${kind}.` };
}

class SimulatedStream implements FeedStream {
  readonly #topic: SimulatedTopic;
  readonly #process: SimulatedProcess;
  readonly #scheduler: Scheduler;
  readonly #open: Set<SimulatedStream>;
  readonly #failureOf: (frame: number) => FeedFailure | undefined;
  #next: number;
  #frames = 0;
  #isClosed = false;
  #isDue = false;
  #waiting: ((next: FeedFrame | FeedStreamEnded) => void) | undefined;

  constructor(
    topic: SimulatedTopic,
    process: SimulatedProcess,
    scheduler: Scheduler,
    next: number,
    open: Set<SimulatedStream>,
    failureOf: (frame: number) => FeedFailure | undefined,
  ) {
    this.#topic = topic;
    this.#process = process;
    this.#scheduler = scheduler;
    this.#next = next;
    this.#open = open;
    this.#failureOf = failureOf;
  }

  async next(): Promise<FeedFrame | FeedStreamEnded> {
    if (this.#isClosed) return { kind: 'closed' };
    return new Promise((resolve) => {
      this.#waiting = resolve;
      const frame = this.#frames;
      this.wake();
      this.#scheduler.after(KEEPALIVE_MS, this.#process, () => {
        if (this.#frames === frame && this.#next === this.#topic.events.length) this.#give(this.#frame(0));
      });
    });
  }

  request(): void {}

  async check(): Promise<FeedFailure | undefined> {
    return undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#open.delete(this);
    this.#give({ kind: 'closed' });
  }

  /** Events may be waiting. */
  wake(): void {
    if (this.#waiting === undefined || this.#isDue || this.#next >= this.#topic.events.length) return;
    this.#isDue = true;
    this.#scheduler.after(this.#topic.delayMs(), this.#process, () => {
      this.#isDue = false;
      if (this.#waiting === undefined) return;
      const failure = this.#failureOf(this.#frames + 1);
      this.#give(failure === undefined ? this.#frame(this.#topic.frameSize()) : { kind: 'failed', failure });
    });
  }

  #give(next: FeedFrame | FeedStreamEnded): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    this.#frames += 1;
    waiting(next);
  }

  #frame(eventsMax: number): FeedFrame {
    const first = this.#next;
    const events = this.#topic.events.slice(first, first + eventsMax);
    this.#next += events.length;
    const cursor = String(this.#next);
    return {
      kind: 'frame',
      eventCount: events.length,
      cursor,
      decode: async () => ({
        kind: 'decoded',
        events: events.map((event, index) => feedEvent(event, String(first + index + 1))),
      }),
    };
  }
}

function feedEvent({ id, n, isUndecodable }: TopicEvent, cursor: string): FeedEvent {
  const raw = { id, schemaId: 's', payload: new Uint8Array([1]), receivedAtMs: 0 };
  if (isUndecodable) return { cursor, raw, decoded: { kind: 'undecodable', message: 'no schema fits' } };
  const json: Event = {
    specversion: '1.0',
    id,
    source: '//simulated',
    type: 'com.salesforce.platformevent.Simulated__e',
    datacontenttype: 'application/json',
    data: { n },
  };
  return {
    cursor,
    raw,
    decoded: { kind: 'decoded', json, avroJson: undefined, atMs: undefined, committedAtMs: undefined },
  };
}
