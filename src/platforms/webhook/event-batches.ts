import type { Timer, Timers } from '../../base/timers.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { BatchLimits } from './target.ts';

/** Sends the events in one request and returns their outcomes in order. */
type SendBatch = (events: readonly OutgoingEvent[]) => Promise<readonly SendOutcome[]>;

interface Waiting {
  readonly event: OutgoingEvent;
  readonly resolve: (outcome: SendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

interface OpenBatch {
  readonly waiting: Waiting[];
  bytes: number;
  readonly send: SendBatch;
  readonly timer: Timer;
}

/**
 * An event that has failed this often travels alone from then on. If it made its batch fail (a receiver that crashes or
 * hangs on it), it no longer affects its companions.
 */
export const ALONE_AFTER_ATTEMPTS = 2;

/** What JSON adds: the brackets around the events, and the commas between them. */
const BRACKETS_BYTES = 2;
const COMMA_BYTES = 1;

/** Gathers the events of a publication until a batch is full or its first event has waited long enough. */
export class EventBatches {
  readonly #timers: Timers;
  readonly #open = new Map<string, OpenBatch>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * @param key identifies the publication's version, because another version may go elsewhere
   * @param send sends a batch that begins with this event
   */
  add(key: string, limits: BatchLimits, event: OutgoingEvent, send: SendBatch): Promise<SendOutcome> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { event, resolve, reject };
      if ((event.record?.attemptCount ?? 0) >= ALONE_AFTER_ATTEMPTS) {
        void sendAll([waiting], send);
        return;
      }
      const bytes = Buffer.byteLength(event.eventJson) + COMMA_BYTES;
      const before = this.#open.get(key);
      if (before !== undefined && before.bytes + bytes > limits.bytesMax) this.#close(key);
      const batch = this.#open.get(key) ?? this.#begin(key, limits, send);
      batch.waiting.push(waiting);
      batch.bytes += bytes;
      if (batch.waiting.length >= limits.eventsMax || batch.bytes >= limits.bytesMax) this.#close(key);
    });
  }

  /** Sends the waiting events. */
  flush(): void {
    for (const key of [...this.#open.keys()]) this.#close(key);
  }

  #begin(key: string, { waitMs }: BatchLimits, send: SendBatch): OpenBatch {
    const batch: OpenBatch = {
      waiting: [],
      bytes: BRACKETS_BYTES,
      send,
      timer: this.#timers.after(waitMs, () => this.#close(key)),
    };
    this.#open.set(key, batch);
    return batch;
  }

  #close(key: string): void {
    const batch = this.#open.get(key);
    if (batch === undefined) return;
    this.#open.delete(key);
    batch.timer.cancel();
    void sendAll(batch.waiting, batch.send);
  }
}

/** Gives each event its own outcome; never rejects. */
async function sendAll(waiting: readonly Waiting[], send: SendBatch): Promise<void> {
  try {
    const outcomes = await send(waiting.map(({ event }) => event));
    for (const [index, { resolve }] of waiting.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) throw new Error('expected an outcome for every event of a batch');
      resolve(outcome);
    }
  } catch (error) {
    // A bug of ours: the sender of the event gets the error and logs it.
    for (const { reject } of waiting) reject(error);
  }
}

/** Statuses that concern the receiver as a whole. Any other refusal may be due to one event of the batch. */
const OF_THE_RECEIVER = new Set([401, 405, 407, 408, 410, 415, 425, 429]);
/** Splitting stops this long after the first request. The remaining events are retried like any other. */
export const SPLIT_MS_MAX = 15_000;

/**
 * Sends a batch. A refused batch is halved until the refused event is alone; the others are delivered at once. In the
 * worst case, when every event is refused, that takes less than twice the requests of sending the events one by one.
 */
export async function sendSplitting(
  events: readonly OutgoingEvent[],
  send: (events: readonly OutgoingEvent[]) => Promise<SendOutcome>,
  elapsedMs: () => number,
  startedAtMs = elapsedMs(),
): Promise<readonly SendOutcome[]> {
  const outcome = await send(events);
  if (events.length === 1 || !mayBeOfOneEvent(outcome) || elapsedMs() - startedAtMs >= SPLIT_MS_MAX) {
    return events.map(() => outcome);
  }
  const middle = Math.ceil(events.length / 2);
  const halves = await Promise.all(
    [events.slice(0, middle), events.slice(middle)].map((half) =>
      sendSplitting(half, send, elapsedMs, startedAtMs),
    ),
  );
  return halves.flat();
}

function mayBeOfOneEvent(outcome: SendOutcome): boolean {
  if (outcome.kind === 'delivered' || outcome.kind === 'delayed') return false;
  const { status } = outcome;
  return status !== undefined && status >= 400 && status < 500 && !OF_THE_RECEIVER.has(status);
}
