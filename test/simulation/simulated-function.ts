import type { Context } from 'aws-lambda';
import type { Dice } from './dice.ts';
import { type Scheduler, SimulatedProcess } from './scheduler.ts';

export type Handler<E, R> = (event: E, context: Context) => Promise<R>;

/** How an invocation ended, as its caller sees it. */
export type Invocation<R> =
  | { readonly kind: 'answered'; readonly answer: R }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** It died or timed out. */
  | { readonly kind: 'died' };

/** How often a free environment is not reused: its caches are gone then, as after a deployment. */
const RECYCLED = 0.1;
const COLD_START_MS = 300;

interface Environment<E, R> {
  readonly process: SimulatedProcess;
  readonly handler: Handler<E, R>;
}

/**
 * A function as Lambda runs it: an environment serves one invocation at a time, a new one starts where none is free, and one that
 * dies or times out is gone for good. With a `host`, all functions and their invocations share one process.
 */
export class SimulatedFunction<E, R> {
  readonly role: string;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #timeoutMs: number;
  readonly #make: (process: SimulatedProcess) => Handler<E, R>;
  readonly #host: (() => SimulatedProcess) | undefined;
  #free: Environment<E, R>[] = [];
  #made = 0;
  underWay = 0;
  readonly #busy = new Set<SimulatedProcess>();

  constructor(options: {
    readonly role: string;
    readonly scheduler: Scheduler;
    readonly dice: Dice;
    readonly timeoutMs: number;
    readonly make: (process: SimulatedProcess) => Handler<E, R>;
    /** The process that is the host at the moment. */
    readonly host: (() => SimulatedProcess) | undefined;
  }) {
    this.role = options.role;
    this.#scheduler = options.scheduler;
    this.#dice = options.dice;
    this.#timeoutMs = options.timeoutMs;
    this.#make = options.make;
    this.#host = options.host;
  }

  invoke(event: E): Promise<Invocation<R>> {
    this.underWay += 1;
    return new Promise<Invocation<R>>((resolve) => {
      const { environment, isNew } = this.#environment();
      const end = (invocation: Invocation<R>) => {
        if (isOver) return;
        isOver = true;
        this.underWay -= 1;
        this.#busy.delete(environment.process);
        resolve(invocation);
      };
      let isOver = false;
      const { process } = environment;
      this.#busy.add(process);
      process.onDeath(() => end({ kind: 'died' }));
      const endsAtMs = this.#scheduler.nowMs + this.#timeoutMs;
      this.#scheduler.after(this.#timeoutMs, process, () => {
        if (isOver) return;
        // A host continues work that nobody waits for any more.
        if (this.#host === undefined) process.kill();
        end({ kind: 'died' });
      });
      // Where a context reports its remaining time, middy sets a timer of its own, which the scheduler could not own.
      const context = (
        this.role === 'poller' ? { getRemainingTimeInMillis: () => endsAtMs - this.#scheduler.nowMs } : {}
      ) as Context;
      this.#scheduler.after(isNew ? COLD_START_MS : 0, process, () => {
        environment.handler(event, context).then(
          (answer) => {
            if (process.isDead) return;
            this.#giveBack(environment);
            end({ kind: 'answered', answer });
          },
          (error: unknown) => {
            if (process.isDead) return;
            this.#giveBack(environment);
            end({ kind: 'threw', error });
          },
        );
      });
    });
  }

  /** A process that has work to do. */
  someProcess(): SimulatedProcess | undefined {
    return [...this.#busy][0];
  }

  #environment(): { readonly environment: Environment<E, R>; readonly isNew: boolean } {
    this.#free = this.#free.filter(({ process }) => !process.isDead);
    const known = this.#host === undefined ? this.#free.pop() : this.#free[0];
    if (known !== undefined) return { environment: known, isNew: false };
    this.#made += 1;
    const process =
      this.#host === undefined
        ? new SimulatedProcess(`${this.role}-${this.#made}`, this.#scheduler)
        : this.#host();
    const environment = { process, handler: this.#make(process) };
    if (this.#host !== undefined) this.#free.push(environment);
    return { environment, isNew: this.#host === undefined };
  }

  #giveBack(environment: Environment<E, R>): void {
    if (this.#host !== undefined || this.#dice.chance(`${this.role} recycled`, RECYCLED)) return;
    this.#free.push(environment);
  }
}
