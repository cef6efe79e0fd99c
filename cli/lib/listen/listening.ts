import { setTimeout as sleep } from 'node:timers/promises';
import { TAKEN_MAX } from '../../../src/domain/deliveries/pull.ts';
import { ApiError, UnansweredError } from '../api-client.ts';
import { Failure } from '../failure.ts';
import type { Forwarder, ForwardOutcome } from './forwarder.ts';
import type { ListenedEvent, ListenerService } from './service.ts';
import type { ListeningState, ListenView } from './view.ts';

/** The longest time that the service holds a request open for events. */
const WAIT_SECONDS = 20;
/** The delay before finished events are reported to the service, in case more finish meanwhile. */
const TOLD_AFTER_MS = 250;
/** How often the session is checked while no events are requested. */
const HEARTBEAT_MS = 3_000;
/** How long the session counts as ours after the service last confirmed it. */
const SURE_MS = 10_000;
/** A timer that fires later than this was held up: the computer slept, or the process was stopped. */
const TICK_MS = 500;
const ASLEEP_MS = 2_500;
/** The waits before retries; the last one repeats. A local receiver restarts within seconds. */
const RETRY_WAITS_MS: readonly [number, ...number[]] = [1_000, 2_000, 3_000, 5_000];
/** The waits before attempts to reach the service; the last one repeats. */
const RECONNECT_WAITS_MS: readonly [number, ...number[]] = [500, 1_000, 2_000, 5_000];
/** How often to look for dropped events, while events are waiting. */
const DROPPED_LOOKED_MS = 60_000;
/** The time at the end for the attempt under way, and for the last report to the service. */
const END_MS_MAX = 3_000;

export interface ListeningParts {
  readonly service: ListenerService;
  readonly forwarder: Forwarder;
  readonly view: ListenView;
  /** The number of attempts after which an event is skipped; undefined: never. */
  readonly skipAfter: number | undefined;
}

/**
 * Pulls the events of a listener and forwards them one after the other. One loop forwards; the other talks to the
 * service: it acknowledges events, requests more, and checks the session. An event is acknowledged only after its
 * receiver answered 2xx. Events forwarded while the service is unreachable are acknowledged once it is back, and are
 * not forwarded twice.
 */
export class Listening {
  readonly #parts: ListeningParts;
  /** The sources, by subscription id. */
  readonly #sources: ReadonlyMap<string, string>;
  #queue: ListenedEvent[] = [];
  /** Events that ended here; the service may not know it yet. */
  readonly #ended = new Map<string, 'delivered' | 'skipped'>();
  #attempt: AbortController | undefined;
  #isSkipWanted = false;
  #headAttempts = 0;
  #last: ListenedEvent | undefined;
  #replays: ListenedEvent[] = [];
  #isPaused = false;
  #isStopping = false;
  #lost: string | undefined;
  #waiting: number;
  #deliveredCount = 0;
  #skippedCount = 0;
  #sureUntilMs = Date.now() + SURE_MS;
  #tickedAtMs = Date.now();
  #sleeps = 0;
  #toldAtMs = Date.now();
  #isTellWanted = false;
  #droppedLookedAtMs = Date.now();
  #droppedTold = 0;
  #wake = new AbortController();
  readonly #stopped = new AbortController();

  constructor(parts: ListeningParts) {
    this.#parts = parts;
    const { opened } = parts.service;
    this.#sources = new Map(opened.sources.map(({ id, name }) => [id, name]));
    this.#waiting = opened.waiting;
  }

  /** Runs until `stop`. Throws a `Failure` when the session is over. */
  async run(): Promise<void> {
    const ticking = setInterval(() => this.#noteAwake(), TICK_MS);
    const ended = (error: unknown) => {
      this.stop();
      throw error;
    };
    try {
      const loops = await Promise.allSettled([this.#talk().catch(ended), this.#forward().catch(ended)]);
      for (const loop of loops) if (loop.status === 'rejected') throw loop.reason;
      // What is told sooner must not wait for the rest of the time.
      await Promise.race([this.#tellEnd(), sleep(END_MS_MAX, undefined, { ref: false })]);
    } finally {
      clearInterval(ticking);
      this.#parts.forwarder.close();
    }
  }

  get state(): ListeningState {
    return {
      isPaused: this.#isPaused,
      lost: this.#lost,
      waiting: Math.max(this.#waiting, this.#queue.length),
      delivered: this.#deliveredCount,
      skipped: this.#skippedCount,
      isFailing: this.#headAttempts > 0 && this.#queue.length > 0,
    };
  }

  pause(): void {
    this.#isPaused = !this.#isPaused;
    this.#changed();
  }

  /** Forwards the last event again. */
  replay(): void {
    if (this.#last === undefined) this.#parts.view.note('Nothing was forwarded yet.');
    else this.#replays.push(this.#last);
    this.#changed();
  }

  /** Gives up the event that is failing. */
  skip(): void {
    if (this.#queue.length === 0 || (this.#headAttempts === 0 && this.#attempt === undefined)) {
      this.#parts.view.note('There is no event under way that could be skipped.');
      return;
    }
    this.#isSkipWanted = true;
    this.#attempt?.abort();
    this.#changed();
  }

  stop(): void {
    this.#isStopping = true;
    this.#stopped.abort();
    this.#changed();
  }

  #changed(): void {
    this.#parts.view.changed(this.state);
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Sleeps, but ends early when something changes. */
  async #nap(ms: number): Promise<void> {
    const { signal } = this.#wake;
    try {
      await sleep(ms, undefined, { signal });
    } catch (error) {
      // A change aborted the nap, as intended.
      if (!signal.aborted) throw error;
    }
  }

  // ── the service ──

  async #talk(): Promise<void> {
    let failures = 0;
    while (!this.#isStopping) {
      const isHungry = this.#queue.length === 0 && !this.#isPaused;
      if (!isHungry && !this.#isTimeToTell()) {
        await this.#nap(TOLD_AFTER_MS);
        continue;
      }
      try {
        const [max, wait] = isHungry ? [TAKEN_MAX, WAIT_SECONDS] : [0, 0];
        await this.#exchange(max, wait, this.#stopped.signal);
        if (failures > 0) {
          this.#lost = undefined;
          this.#parts.view.note('The service answers again.');
          this.#changed();
        }
        failures = 0;
        await this.#lookForDropped();
      } catch (error) {
        // `stop` cut the long poll short.
        if (this.#isStopping && error instanceof UnansweredError) return;
        if (!isPassing(error)) throw error;
        if (failures === 0) this.#parts.view.note(`${error.message}\nTrying again.`);
        this.#lost = error.message;
        this.#changed();
        await sleep(RECONNECT_WAITS_MS[failures] ?? RECONNECT_WAITS_MS.at(-1));
        failures += 1;
      }
    }
  }

  #isTimeToTell(): boolean {
    const sinceMs = Date.now() - this.#toldAtMs;
    if (this.#isTellWanted || sinceMs >= HEARTBEAT_MS || sinceMs < 0) return true;
    return this.#ended.size >= TAKEN_MAX || (this.#ended.size > 0 && sinceMs >= TOLD_AFTER_MS);
  }

  async #exchange(max: number, wait: number, signal?: AbortSignal): Promise<void> {
    const told = [...this.#ended].slice(0, TAKEN_MAX);
    const ids = (ending: string) => told.flatMap(([id, each]) => (each === ending ? [id] : []));
    const isAll = told.length === this.#ended.size;
    const sleepsBefore = this.#sleeps;
    const answer = await this.#parts.service.exchange(
      {
        delivered: ids('delivered'),
        skipped: ids('skipped'),
        // Until they are acknowledged, the service would return the same events again.
        max: isAll ? max : 0,
        wait: isAll ? wait : 0,
      },
      signal,
    );
    for (const [id] of told) this.#ended.delete(id);
    const fresh = answer.deliveries.filter(
      ({ id }) => !this.#ended.has(id) && !this.#queue.some((queued) => queued.id === id),
    );
    this.#queue.push(...fresh);
    this.#waiting = answer.waiting - this.#ended.size;
    this.#toldAtMs = Date.now();
    this.#isTellWanted = false;
    this.#noteAwake();
    // If this computer slept meanwhile, the answer is out of date.
    if (this.#sleeps === sleepsBefore) this.#sureUntilMs = Date.now() + SURE_MS;
    this.#changed();
  }

  /** The service drops the oldest waiting events when they become too old or too many. */
  async #lookForDropped(): Promise<void> {
    if (this.#queue.length === 0 || Date.now() - this.#droppedLookedAtMs < DROPPED_LOOKED_MS) return;
    this.#droppedLookedAtMs = Date.now();
    const { dropped, name } = await this.#parts.service.show();
    if (dropped.count <= this.#droppedTold) return;
    this.#parts.view.note(droppedText(dropped.count - this.#droppedTold, name));
    this.#droppedTold = dropped.count;
  }

  /** Acknowledges the last events and closes the session. If this fails, the next session gets those events again. */
  async #tellEnd(): Promise<void> {
    try {
      while (this.#ended.size > 0) await this.#exchange(0, 0);
      await this.#parts.service.end();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  // ── the receiver ──

  async #forward(): Promise<void> {
    while (!this.#isStopping) {
      const replay = this.#replays.shift();
      if (replay !== undefined) {
        await this.#tryOnce(replay, 1, true);
        continue;
      }
      const [event] = this.#queue;
      if (event === undefined || this.#isPaused) {
        await this.#nap(HEARTBEAT_MS);
      } else if (!this.#isSure()) {
        // Another session may have taken over while this computer slept.
        this.#isTellWanted = true;
        this.#changed();
        await this.#nap(TICK_MS);
      } else await this.#forwardHead(event);
    }
  }

  #isSure(): boolean {
    this.#noteAwake();
    return Date.now() < this.#sureUntilMs;
  }

  #noteAwake(): void {
    const nowMs = Date.now();
    if (nowMs - this.#tickedAtMs >= ASLEEP_MS || nowMs < this.#tickedAtMs) {
      this.#sleeps += 1;
      this.#sureUntilMs = 0;
    }
    this.#tickedAtMs = nowMs;
  }

  async #forwardHead(event: ListenedEvent): Promise<void> {
    const { skipAfter, view } = this.#parts;
    this.#isSkipWanted = false;
    this.#headAttempts += 1;
    const outcome = await this.#tryOnce(event, this.#headAttempts, false);
    if (outcome.kind === 'taken') {
      this.#last = event;
      this.#deliveredCount += 1;
      this.#endHead(event, 'delivered');
      return;
    }
    if (!this.#isSkipWanted && this.#headAttempts !== skipAfter) {
      await this.#waitForRetry(retryWaitMs(this.#headAttempts));
    }
    if (!this.#isSkipWanted && this.#headAttempts !== skipAfter) return;
    view.attempted({
      event,
      source: this.#sourceOf(event),
      number: this.#headAttempts,
      at: new Date(),
      outcome: { kind: 'skipped' },
      isReplay: false,
    });
    this.#skippedCount += 1;
    this.#endHead(event, 'skipped');
  }

  async #tryOnce(event: ListenedEvent, number: number, isReplay: boolean): Promise<ForwardOutcome> {
    const { forwarder, view, skipAfter } = this.#parts;
    const attempt = new AbortController();
    this.#attempt = attempt;
    const at = new Date();
    const atTheEnd = abortSoonAfter(this.#stopped.signal, () => attempt.abort());
    const outcome = await forwarder.post(event, attempt.signal);
    atTheEnd.cancel();
    this.#attempt = undefined;
    if (attempt.signal.aborted && outcome.kind === 'failed') return outcome;
    const isRetried = outcome.kind === 'failed' && !isReplay && number !== skipAfter;
    view.attempted({
      event,
      source: this.#sourceOf(event),
      number,
      at,
      outcome,
      retryMs: isRetried ? retryWaitMs(number) : undefined,
      isReplay,
    });
    return outcome;
  }

  async #waitForRetry(ms: number): Promise<void> {
    const untilMs = Date.now() + ms;
    this.#changed();
    while (!this.#isStopping && !this.#isSkipWanted) {
      const leftMs = untilMs - Date.now();
      // A clock that was set back must not prolong the wait.
      if (leftMs <= 0 || leftMs > ms) return;
      await this.#nap(leftMs);
    }
  }

  #endHead(event: ListenedEvent, ending: 'delivered' | 'skipped'): void {
    this.#ended.set(event.id, ending);
    this.#queue.shift();
    this.#waiting -= 1;
    this.#headAttempts = 0;
    this.#changed();
  }

  #sourceOf({ subscription_id: id }: ListenedEvent): string | undefined {
    return id === undefined ? undefined : this.#sources.get(id);
  }
}

/** Gives an attempt under way some seconds after the stop signal. */
function abortSoonAfter(signal: AbortSignal, abort: () => void): { cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(abort, END_MS_MAX);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    cancel() {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}

function retryWaitMs(attempts: number): number {
  return RETRY_WAITS_MS[attempts - 1] ?? RETRY_WAITS_MS.at(-1) ?? RETRY_WAITS_MS[0];
}

/** True when the service is restarting, is unreachable, or throttles requests. */
function isPassing(error: unknown): error is Failure {
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500;
  return error instanceof UnansweredError;
}

export function droppedText(count: number, name: string): string {
  return (
    `${count} ${count === 1 ? 'event was' : 'events were'} dropped, too old or too many while nobody took them: ` +
    `sluice events:deliveries --publication ${name} --status exhausted lists them`
  );
}
