import { type Cache, LookupCache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import type { Timer, Timers } from '../../base/timers.ts';
import { TokenBuckets } from '../../base/token-buckets.ts';
import type { AppCountStore, TakenCounts } from '../../domain/app-log/app-count-store.ts';
import { APP_COUNT_NAMES, type AppCounts, addCounts } from '../../domain/app-log/app-counts.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { LogCode } from '../../telemetry/log-messages.ts';
import type { Log, LogFields } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { countsOf, type Note, noteOf, textOf } from './app-log-line.ts';

/** A log that takes our lines about an app: on Heroku, the log of the app that has the add-on. */
export interface AppLogInput {
  /** The id of the add-on's resource. */
  readonly id: string;
  /** The URL holds a token. */
  readonly url: string;
  /** The name to find the lines by: the prefix of the config vars, such as `HEROKUEVENTS`. */
  readonly source: string;
  /** The name of the resource, such as `herokuevents-horizontal-01234`. */
  readonly addon: string;
}

export interface AppLogLine {
  readonly atMs: number;
  readonly text: string;
}

export type AppLogAnswer =
  | { readonly kind: 'taken' }
  /** This URL does not take the lines. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The log does not take the lines now. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface AppLogPorts {
  /** The logs of an app; usually there are none. */
  readonly inputsOf: (appId: string) => Promise<readonly AppLogInput[]>;
  /** The input with its current URL, after the former one refused; undefined if there is no other. */
  readonly renewed: (appId: string, input: AppLogInput) => Promise<AppLogInput | undefined>;
  /** Ends within `SEND_TIMEOUT_MS`. Never throws because of the far side. */
  readonly send: (appId: string, input: AppLogInput, lines: readonly AppLogLine[]) => Promise<AppLogAnswer>;
  readonly counts: Pick<AppCountStore, 'add'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The log of `AppLog` itself; its lines are not sent to apps. */
  readonly log: Log;
  readonly metrics: Metrics;
  /** How many delivered events are logged per minute, for each app and process. */
  readonly samplesPerMinute: number;
}

/** The limit for one request, starting with the name look-up: in a long-lived process nobody waits for it. */
export const SEND_TIMEOUT_MS = 5_000;
/**
 * How long the end of an invocation waits for an app's lines at most, measured from the start of their sending: lines
 * that hang are waited for once. The events are delivered by then; only the acknowledgement to the queue is later.
 */
export const FLUSH_MS_MAX = 1_000;
/** A log that failed rests for this long; its lines are dropped meanwhile. */
export const REST_MS = 60_000;
/** Lines within this interval are sent together, if the process lives on between them. */
const BATCH_MS = 500;
/**
 * The rate for each app and process. Heroku retains the last 1,500 lines of an app: a receiver that is down must not
 * push out the app's own lines, and the line that says that it is down must not get lost among its failures.
 */
export const FAILURE_RATE = { perSecond: 1, atOnce: 20 } as const;
export const ATTENTION_RATE = { perSecond: 1, atOnce: 20 } as const;
/** A waiting line has about 300 bytes. */
export const LINES_PER_APP_MAX = 200;
export const LINES_MAX = 2_000;
export const LINES_PER_REQUEST_MAX = 100;
/** Apps that have lines waiting. */
const APPS_MAX = 1_000;
const APPS_SENT_AT_ONCE_MAX = 20;
/** A new log gets its first lines within this time, and a removed one is no longer looked up after it. */
const INPUTS_AGE_MS_MAX = 60_000;
const INPUTS_MAX = 10_000;
/** The interval at which a process writes the counts of an app. */
export const COUNTS_HELD_MS = 20_000;

type Text = string | ((input: AppLogInput) => string);

interface Waiting {
  lines: { readonly atMs: number; readonly text: Text }[];
  counts: AppCounts;
  /** Dropped lines that no metric counts yet: the app may have no log. */
  droppedCount: number;
  /** When the app's counts were last stored. */
  storedAtMs: number | undefined;
  sending: { readonly done: Promise<void>; readonly sinceMs: number } | undefined;
}

/**
 * Tells the owners of apps, in their own logs, what becomes of their events. It listens to what is logged and delays
 * nothing: lines wait in memory, within bounds, and lines that cannot be sent are dropped and counted.
 */
export class AppLog {
  readonly #ports: AppLogPorts;
  readonly #inputs: LookupCache<readonly AppLogInput[]>;
  /** Apps without a log: most apps of an installation. */
  readonly #without: Cache<true>;
  /** The time until which an input, or the look-up of an app's inputs, rests. */
  readonly #resting: Cache<number> = makeCache(INPUTS_MAX);
  /** Undefined for notes that are not shown. */
  readonly #rates: { readonly [N in Note]: TokenBuckets | undefined };
  readonly #turns = new ConcurrencyLimit(APPS_SENT_AT_ONCE_MAX);
  readonly #waiting = new Map<string, Waiting>();
  #lineCount = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(ports: AppLogPorts) {
    const { clock, samplesPerMinute } = ports;
    this.#ports = ports;
    this.#inputs = new LookupCache(INPUTS_MAX, { clock, ageMsMax: INPUTS_AGE_MS_MAX });
    this.#without = makeCache<true>(INPUTS_MAX, { clock, ageMsMax: INPUTS_AGE_MS_MAX });
    const sampleRate = {
      perSecond: samplesPerMinute / 60,
      atOnce: Math.max(1, Math.floor(samplesPerMinute / 6)),
    };
    this.#rates = {
      attention: new TokenBuckets(ATTENTION_RATE, clock),
      failure: new TokenBuckets(FAILURE_RATE, clock),
      sample: samplesPerMinute === 0 ? undefined : new TokenBuckets(sampleRate, clock),
    };
  }

  /** Wraps the log so that `AppLog` hears its lines. */
  hearing(log: Log): Log {
    return {
      write: (code, fields = {}) => {
        log.write(code, fields);
        this.#hear(code, fields);
      },
    };
  }

  /** Writes one line with a minute's numbers for each app that has a log. */
  tell(taken: readonly TakenCounts[]): void {
    for (const { appId, counts } of taken) {
      const samples = APP_COUNT_NAMES.map((name) => `sample#${name}=${counts[name] ?? 0}`).join(' ');
      const waiting = this.#of(appId);
      if (waiting === undefined) continue;
      this.#add(waiting, ({ source, addon }) => `source=${source} addon=${addon} ${samples}`);
    }
    this.#wake();
  }

  /**
   * Sends the waiting lines; ends when that is done, or when every unfinished request has been in progress for
   * `budgetMs`. Never throws.
   */
  async flush(budgetMs: number = FLUSH_MS_MAX): Promise<void> {
    this.#sendAll();
    const { timers } = this.#ports;
    const nowMs = timers.elapsedMs();
    const sending = [...this.#waiting.values()]
      .flatMap((each) => each.sending ?? [])
      .map(({ done, sinceMs }) => ({ done, waitMs: sinceMs + budgetMs - nowMs }))
      .filter(({ waitMs }) => waitMs > 0);
    if (sending.length === 0) return;
    const ended = new AbortController();
    await Promise.race([
      Promise.all(sending.map(({ done }) => done)).then(() => ended.abort()),
      timers.sleep(Math.max(...sending.map(({ waitMs }) => waitMs)), ended.signal),
    ]);
  }

  /** Sends and stores everything that waits, including counts, and stops listening. For a process that ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #hear(code: LogCode, fields: LogFields): void {
    const { appId } = fields;
    if (this.#isClosed || typeof appId !== 'string' || this.#without.has(appId)) return;
    const counts = countsOf(code, fields);
    const note = noteOf(code, fields);
    if (counts === undefined && note === undefined) return;
    const waiting = this.#of(appId);
    if (waiting === undefined) return;
    if (counts !== undefined) waiting.counts = addCounts(waiting.counts, counts);
    if (note !== undefined) {
      if (this.#rates[note]?.take(appId) === 0) this.#add(waiting, textOf(code, fields));
      else if (note !== 'sample') this.#drop(waiting, 1);
    }
    this.#wake();
  }

  #of(appId: string): Waiting | undefined {
    const known = this.#waiting.get(appId);
    if (known !== undefined) return known;
    if (this.#waiting.size >= APPS_MAX) {
      this.#ports.metrics.count('AppLogLinesDropped');
      return undefined;
    }
    const waiting: Waiting = {
      lines: [],
      counts: {},
      droppedCount: 0,
      storedAtMs: undefined,
      sending: undefined,
    };
    this.#waiting.set(appId, waiting);
    return waiting;
  }

  #add(waiting: Waiting, text: Text): void {
    if (waiting.lines.length >= LINES_PER_APP_MAX || this.#lineCount >= LINES_MAX) {
      this.#drop(waiting, 1);
      return;
    }
    waiting.lines.push({ atMs: this.#ports.clock.now(), text });
    this.#lineCount += 1;
  }

  #drop(waiting: Waiting, count: number): void {
    if (count === 0) return;
    waiting.counts = addCounts(waiting.counts, { 'log-lines-dropped': count });
    waiting.droppedCount += count;
  }

  #countDropped(waiting: Waiting): void {
    if (waiting.droppedCount > 0) this.#ports.metrics.count('AppLogLinesDropped', waiting.droppedCount);
    waiting.droppedCount = 0;
  }

  #take(waiting: Waiting, count: number): Waiting['lines'] {
    const taken = waiting.lines.splice(0, count);
    this.#lineCount -= taken.length;
    return taken;
  }

  /** For a long-lived process: an invocation of a function flushes at its end. */
  #wake(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const all = [...this.#waiting.values()];
    const hasLines = all.some(({ lines }) => lines.length > 0);
    if (!hasLines && !all.some(({ counts }) => hasCounts(counts))) return;
    this.#timer = this.#ports.timers.after(hasLines ? BATCH_MS : COUNTS_HELD_MS, () => {
      this.#timer = undefined;
      this.#sendAll();
    });
  }

  #sendAll(): void {
    for (const [appId, waiting] of this.#waiting) {
      if (waiting.sending !== undefined) continue;
      if (waiting.lines.length === 0 && !this.#areCountsDue(waiting)) {
        if (!hasCounts(waiting.counts) && this.#mayBeForgotten(waiting)) this.#waiting.delete(appId);
        continue;
      }
      const done = this.#turns
        .run(() => this.#send(appId, waiting))
        .finally(() => {
          waiting.sending = undefined;
          this.#wake();
        });
      waiting.sending = { done, sinceMs: this.#ports.timers.elapsedMs() };
    }
    this.#wake();
  }

  async #send(appId: string, waiting: Waiting): Promise<void> {
    const inputs = await this.#inputsOf(appId);
    if (inputs === undefined) {
      this.#drop(waiting, this.#take(waiting, LINES_PER_APP_MAX).length);
      this.#countDropped(waiting);
      return;
    }
    if (inputs.length === 0) {
      this.#take(waiting, LINES_PER_APP_MAX);
      this.#waiting.delete(appId);
      this.#without.set(appId, true);
      return;
    }
    if (this.#areCountsDue(waiting)) await this.#storeCounts(appId, waiting);
    while (waiting.lines.length > 0) {
      const lines = this.#take(waiting, LINES_PER_REQUEST_MAX);
      await Promise.all(inputs.map((input) => this.#sendTo(appId, input, lines, waiting)));
    }
    this.#countDropped(waiting);
  }

  async #inputsOf(appId: string): Promise<readonly AppLogInput[] | undefined> {
    const rest = `lookup ${appId}`;
    if (this.#rests(rest)) return undefined;
    try {
      return await this.#inputs.get(appId, () => this.#ports.inputsOf(appId));
    } catch (error) {
      // The events are unaffected: only the lines are dropped, and counted.
      this.#ports.log.write('APP_LOG_NOT_FOUND', { appId, ...describeError(error) });
      this.#resting.set(rest, this.#ports.clock.now() + REST_MS);
      return undefined;
    }
  }

  #rests(key: string): boolean {
    const untilMs = this.#resting.get(key);
    const nowMs = this.#ports.clock.now();
    // A clock that was set back must not prolong the rest.
    return untilMs !== undefined && untilMs > nowMs && untilMs <= nowMs + REST_MS;
  }

  async #sendTo(appId: string, input: AppLogInput, lines: Waiting['lines'], waiting: Waiting): Promise<void> {
    const { clock, log } = this.#ports;
    if (this.#rests(input.id)) {
      this.#drop(waiting, lines.length);
      return;
    }
    const reason = await this.#trySending(appId, input, lines);
    if (reason === undefined) {
      this.#resting.delete(input.id);
      return;
    }
    this.#resting.set(input.id, clock.now() + REST_MS);
    this.#drop(waiting, lines.length);
    log.write('APP_LOG_NOT_TAKEN', { appId, addon: input.addon, reason, count: lines.length });
  }

  /** Sends the lines; returns why they were not taken, or undefined if they were. */
  async #trySending(appId: string, input: AppLogInput, lines: Waiting['lines']): Promise<string | undefined> {
    const { send, renewed } = this.#ports;
    const sendTo = (to: AppLogInput) =>
      send(
        appId,
        to,
        lines.map(({ atMs, text }) => ({ atMs, text: typeof text === 'string' ? text : text(to) })),
      );
    try {
      const answer = await sendTo(input);
      if (answer.kind === 'taken') return undefined;
      if (answer.kind === 'unavailable') return answer.reason;
      const fresh = await renewed(appId, input);
      if (fresh === undefined || fresh.url === input.url) return answer.reason;
      this.#inputs.forget(appId);
      const second = await sendTo(fresh);
      return second.kind === 'taken' ? undefined : second.reason;
    } catch (error) {
      // If a log cannot be written, only its lines are lost, not what they report.
      this.#ports.log.write('APP_LOG_NOT_FOUND', { appId, addon: input.addon, ...describeError(error) });
      return 'internal-error';
    }
  }

  #areCountsDue({ counts, storedAtMs }: Waiting): boolean {
    if (this.#isClosed) return hasCounts(counts);
    return hasCounts(counts) && (storedAtMs === undefined || this.#hasPassed(storedAtMs));
  }

  #mayBeForgotten({ storedAtMs }: Waiting): boolean {
    return storedAtMs === undefined || this.#hasPassed(storedAtMs);
  }

  /** A clock that was set back must not hold the counts longer. */
  #hasPassed(storedAtMs: number): boolean {
    const passedMs = this.#ports.clock.now() - storedAtMs;
    return passedMs < 0 || passedMs >= COUNTS_HELD_MS;
  }

  async #storeCounts(appId: string, waiting: Waiting): Promise<void> {
    const { counts, clock, log } = this.#ports;
    const stored = waiting.counts;
    waiting.counts = {};
    waiting.storedAtMs = clock.now();
    try {
      await counts.add(appId, stored, clock.now());
    } catch (error) {
      // The counts are a meter: whether they were added is unknown, so they are not added again.
      log.write('APP_COUNTS_LOST', { appId, ...describeError(error) });
    }
  }
}

function hasCounts(counts: AppCounts): boolean {
  return APP_COUNT_NAMES.some((name) => (counts[name] ?? 0) > 0);
}
