import type { Timer, Timers } from '../../src/base/timers.ts';
import { TestClock } from './test-clock.ts';

interface Pending {
  dueAtMs: number;
  /** Undefined for a one-shot timer. */
  readonly everyMs: number | undefined;
  readonly call: () => void;
}

/**
 * A clock and timers that share one time, which passes only when a test lets it. Timers fire one at a time in the order of their
 * times, and in the order in which they were set for equal times; the work that a timer starts settles before the next one
 * fires. This holds only for code that awaits nothing but promises and these timers: it does not wait for sockets or files.
 *
 * `advance` moves the wall clock alone, forward or back, as an operator does: no timer notices.
 */
export class VirtualTime extends TestClock implements Timers {
  readonly #pending = new Set<Pending>();
  #elapsedMs = 0;

  elapsedMs(): number {
    return this.#elapsedMs;
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
    return this.#set({ dueAtMs: this.#elapsedMs + Math.max(0, ms), everyMs: undefined, call });
  }

  every(ms: number, call: () => void): Timer {
    return this.#set({ dueAtMs: this.#elapsedMs + ms, everyMs: ms, call });
  }

  /** The number of timers set: none may be left when all is over. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Lets the work in progress settle without passing any time. */
  async settle(): Promise<void> {
    // Whatever promises alone can do is done before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await this.settle();
    for (let next = this.#next(); next !== undefined && next.dueAtMs <= untilMs; next = this.#next()) {
      await this.#fire(next);
    }
    this.#moveTo(untilMs);
  }

  /** Lets time pass until the work is done; fails when no timer is left that could end it. */
  async passUntil<T>(work: Promise<T>, withinMs = 3_600_000): Promise<T> {
    const giveUpAtMs = this.#elapsedMs + withinMs;
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    for (;;) {
      await this.settle();
      if (isDone) return work;
      const next = this.#next();
      if (next === undefined || next.dueAtMs > giveUpAtMs) {
        throw new Error(`expected the work to end within ${withinMs} ms, found it under way`);
      }
      await this.#fire(next);
    }
  }

  #set(pending: Pending): Timer {
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  #next(): Pending | undefined {
    let first: Pending | undefined;
    for (const each of this.#pending) {
      if (first === undefined || each.dueAtMs < first.dueAtMs) first = each;
    }
    return first;
  }

  async #fire(pending: Pending): Promise<void> {
    this.#moveTo(pending.dueAtMs);
    // Set again, so that it fires after those set meanwhile for the same time.
    this.#pending.delete(pending);
    if (pending.everyMs !== undefined) {
      pending.dueAtMs += pending.everyMs;
      this.#pending.add(pending);
    }
    pending.call();
    await this.settle();
  }

  #moveTo(elapsedMs: number): void {
    this.advance(elapsedMs - this.#elapsedMs);
    this.#elapsedMs = elapsedMs;
  }
}
