import type { Clock } from '../../src/base/clock.ts';
import type { Timer, Timers } from '../../src/base/timers.ts';
import type { Dice } from './dice.ts';

export const START_MS = Date.UTC(2026, 0, 1);

interface Task {
  atMs: number;
  /** Orders the tasks that are due at the same time. */
  readonly priority: number;
  readonly owner: SimulatedProcess | undefined;
  run: (() => void) | undefined;
}

/**
 * Owns the time, and with it every asynchronous step. A step runs one task; tasks due at the same time run in the order that the
 * seed gives them, and whatever a task starts settles before the next one. This holds only for code that awaits nothing but
 * promises, its ports and its timers.
 */
export class Scheduler {
  nowMs = START_MS;
  stepCount = 0;
  readonly #dice: Dice;
  readonly #heap: Task[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Runs a callback `ms` from now, unless the process is dead by then. */
  after(ms: number, owner: SimulatedProcess | undefined, run: () => void): Timer {
    const task: Task = {
      atMs: this.nowMs + Math.max(0, Math.ceil(ms)),
      priority: this.#dice.throw('order'),
      owner,
      run,
    };
    this.#push(task);
    return {
      cancel: () => {
        task.run = undefined;
      },
    };
  }

  /** Lets time pass up to a moment, or until `isOver` says so. */
  async run(untilMs: number, isOver: () => boolean): Promise<void> {
    await atRest();
    while (!isOver()) {
      const task = this.#heap[0];
      if (task === undefined || task.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return;
      }
      this.#pop();
      const { run, owner } = task;
      if (run === undefined || owner?.isDead === true) continue;
      if (owner !== undefined && owner.stalledUntilMs > task.atMs) {
        task.atMs = owner.stalledUntilMs;
        this.#push(task);
        continue;
      }
      this.nowMs = Math.max(this.nowMs, task.atMs);
      this.stepCount += 1;
      task.run = undefined;
      run();
      await atRest();
    }
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(task, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [first, second] = [heap[left], heap[left + 1]];
      if (first === undefined) break;
      const isSecond = second !== undefined && isBefore(second, first);
      const least = isSecond ? second : first;
      if (!isBefore(least, last)) break;
      heap[at] = least;
      at = isSecond ? left + 1 : left;
    }
    heap[at] = last;
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.priority < other.priority);
}

/** Whatever promises alone can do is done before the next turn of the event loop. */
export function atRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * The unit that a crash ends: an environment of a Lambda function, or a whole local run. A dead process does nothing more: its timers
 * do not fire, and its calls are never answered.
 */
export class SimulatedProcess implements Clock, Timers {
  readonly name: string;
  isDead = false;
  /** Until then the process is frozen: it does nothing, and its timers fire late. */
  stalledUntilMs = 0;
  readonly #scheduler: Scheduler;
  readonly #onDeath: (() => void)[] = [];

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.#scheduler = scheduler;
  }

  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    for (const call of this.#onDeath) call();
  }

  onDeath(call: () => void): void {
    this.#onDeath.push(call);
  }

  now(): number {
    return this.#scheduler.nowMs;
  }

  elapsedMs(): number {
    return this.#scheduler.nowMs - START_MS;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const timer = this.after(ms, resolve);
      signal?.addEventListener(
        'abort',
        () => {
          timer.cancel();
          resolve();
        },
        { once: true },
      );
    });
  }

  after(ms: number, call: () => void): Timer {
    return this.#scheduler.after(ms, this, call);
  }

  every(ms: number, call: () => void): Timer {
    const again = (): Timer =>
      this.after(ms, () => {
        timer = again();
        call();
      });
    let timer = again();
    return { cancel: () => timer.cancel() };
  }
}
