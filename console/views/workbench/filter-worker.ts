import type { Answers, BacktestReport, FromWorker, Question } from './messages.ts';

/** The time for a worker to start and load the engine. */
const READY_WITHIN_MS = 30_000;
/**
 * A filter has 300,000 steps for an event, which take it some tens of milliseconds: a filter that needs this long is
 * stuck.
 */
const ANSWER_WITHIN_MS = 2_000;
/** For hundreds of events. */
const BACKTEST_WITHIN_MS = 15_000;

/** The worker did not answer in time and was terminated. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
  readonly withinMs: number;

  constructor(withinMs: number) {
    super(`The filter took longer than ${withinMs / 1_000} seconds here, and was stopped.`);
    this.withinMs = withinMs;
  }
}

/** Why the worker or the API gave no answer, in words for people. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Waiting {
  readonly settle: (answer: Answers[keyof Answers]) => void;
  readonly fail: (error: Error) => void;
  readonly progress: ((report: BacktestReport) => void) | undefined;
}

/**
 * Runs filters outside the page, which stays responsive whatever a filter does: a request without a timely answer ends the worker, and
 * the next one starts another.
 */
export class FilterWorker {
  #worker: Promise<Worker> | undefined;
  #started: Worker | undefined;
  #failStart: ((reason: Error) => void) | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  async ask<K extends Question['kind']>(
    question: Extract<Question, { readonly kind: K }>,
    onProgress?: (report: BacktestReport) => void,
  ): Promise<Answers[K]> {
    this.#worker ??= this.#start();
    const worker = await this.#worker;
    this.#lastId += 1;
    const id = this.#lastId;
    const withinMs = question.kind === 'backtest' ? BACKTEST_WITHIN_MS : ANSWER_WITHIN_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Answers[K]>((settle, fail) => {
        this.#waiting.set(id, { settle: settle as Waiting['settle'], fail, progress: onProgress });
        timer = setTimeout(() => this.end(new TooSlow(withinMs)), withinMs);
        worker.postMessage({ ...question, id });
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Terminates the worker; whatever waits for it fails. */
  end(reason: Error = new Error('the workbench was left')): void {
    this.#failStart?.(reason);
    this.#started?.terminate();
    this.#started = undefined;
    this.#worker = undefined;
    for (const { fail } of this.#waiting.values()) fail(reason);
    this.#waiting.clear();
  }

  async #start(): Promise<Worker> {
    try {
      const { workerUrl } = await import('./worker.ts');
      const worker = new Worker(workerUrl, { type: 'module' });
      this.#started = worker;
      await new Promise<void>((settle, fail) => {
        this.#failStart = fail;
        const timer = setTimeout(
          () => fail(new Error('the engine was not loaded in time: is the network slow?')),
          READY_WITHIN_MS,
        );
        worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
          if (data.kind === 'ready') {
            clearTimeout(timer);
            settle();
          } else this.#take(data);
        });
        worker.addEventListener('error', (event) => {
          clearTimeout(timer);
          const reason = new Error(`the engine could not be loaded: ${event.message ?? 'no answer'}`);
          fail(reason);
          this.end(reason);
        });
      });
      return worker;
    } catch (error) {
      // The next request starts again.
      this.end();
      throw error;
    }
  }

  #take(message: Exclude<FromWorker, { readonly kind: 'ready' }>): void {
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'progress') waiting?.progress?.(message.report);
    else if (message.kind === 'answer') waiting?.settle(message.answer);
    else waiting?.fail(new Error(message.message));
  }
}
