import type { Context } from 'aws-lambda';
import type { Dice } from './dice.ts';
import { type Scheduler, SimulatedProcess } from './scheduler.ts';

export type Handler<E, R> = (event: E, context: Context) => Promise<R>;

/** How an invocation ended, as whoever invoked sees it. */
export type Invocation<R> =
  | { readonly kind: 'answered'; readonly answer: R }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** It died, or its time was up. */
  | { readonly kind: 'died' };

/** How often an environment that is free is not used again: its caches are gone then, as after a deployment. */
const RECYCLED = 0.1;
const COLD_START_MS = 300;

interface Environment<E, R> {
  readonly process: SimulatedProcess;
  readonly handler: Handler<E, R>;
}

/**
 * A function as Lambda runs it: one invocation at a time in an environment, a new environment where none is free, an environment that
 * dies or runs out of time gone for good. In a `host` all functions share one process, and their invocations too.
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
    /** The process that is the host now. */
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
        // A host goes on with what nobody waits for any more.
        if (this.#host === undefined) process.kill();
        end({ kind: 'died' });
      });
      // middy sets a timer of its own, which nobody here could own, where a context tells the time that is left.
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

  /** One that has something to do. */
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
