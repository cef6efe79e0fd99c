import type { Dice } from './dice.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';
import { shown, type Trace } from './trace.ts';

/**
 * What can go wrong with a call of a port. `fails`: it has no effect, and the caller is told so. `answer-lost`: it has its effect, but
 * the caller is told that it failed. `late`: effect and answer come seconds later. `late-answer`: the effect is immediate, the answer
 * comes seconds later. `late-effect`: the caller is told that it failed, and the effect comes seconds later. `repeated`: a client that
 * lost the answer sent the call again by itself, and returns the second answer.
 */
export const CALL_FAULTS = [
  'fails',
  'answer-lost',
  'late',
  'late-answer',
  'late-effect',
  'repeated',
  'crash-before',
  'crash-between',
  'crash-after',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

export interface CallWatcher {
  /** The code under test makes the call. */
  asked(process: SimulatedProcess, port: string, given: readonly unknown[]): void;
  /** Just before the effect. */
  before(process: SimulatedProcess, port: string, given: readonly unknown[]): void;
  /** Just after it. */
  after(process: SimulatedProcess, port: string, given: readonly unknown[], answer: unknown): void;
  threw(port: string, error: unknown): void;
  /** What the caller is told. */
  answered(process: SimulatedProcess, port: string, given: readonly unknown[], answer: unknown): void;
}

export interface FaultChoice {
  /** Asked before a fault is injected; the fault has the same name in each run of the seed. */
  readonly meets: (fault: string) => boolean;
  /** Faults to inject whatever the dice say, by the name of the call. */
  readonly placed: ReadonlyMap<string, CallFault> | undefined;
  /** Whether the port of a call such as `deliveries.get` has an outage. */
  readonly isDown: (path: string) => boolean;
}

export interface FaultRates {
  readonly rates: { readonly [F in CallFault]: number };
}

/** Longer than any wait between two calls, and shorter than a client's timeout for an answer. */
const LATE_MS = { min: 500, max: 6_000 } as const;

/** Every port call by the code under test is a step of the scheduler, and may meet a fault. */
export class PortCalls {
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #rates: FaultRates['rates'];
  readonly #watcher: CallWatcher;
  readonly #choice: FaultChoice;
  readonly #trace: Trace;
  readonly #sites = new Map<string, Sites>();

  constructor(
    scheduler: Scheduler,
    dice: Dice,
    { rates }: FaultRates,
    watcher: CallWatcher,
    choice: FaultChoice,
    trace: Trace,
  ) {
    this.#scheduler = scheduler;
    this.#dice = dice;
    this.#rates = rates;
    this.#watcher = watcher;
    this.#choice = choice;
    this.#trace = trace;
  }

  /** The port as a process has it. @param failed the answer of a method that never throws */
  of<T extends object>(
    process: SimulatedProcess,
    role: string,
    name: string,
    port: T,
    failed?: (given: readonly unknown[]) => unknown,
  ): T {
    const wrapped: Record<string, unknown> = {};
    for (const method of methodsOf(port)) {
      const call = Reflect.get(port, method) as (...given: unknown[]) => Promise<unknown>;
      const path = `${name}.${method}`;
      const sites = this.#sitesOf(role, path);
      wrapped[method] = (...given: unknown[]) =>
        this.#call(process, sites, given, () => call.apply(port, given), failed);
    }
    return wrapped as T;
  }

  /** A call to something other than a store: the same steps and crashes, but the caller models the failures. */
  far<T>(process: SimulatedProcess, role: string, path: string, effect: () => Promise<T>): Promise<T> {
    return this.#call(process, this.#sitesOf(role, path), [], effect, undefined, FAR_FAULTS) as Promise<T>;
  }

  #call(
    process: SimulatedProcess,
    sites: Sites,
    given: readonly unknown[],
    effect: () => Promise<unknown>,
    failed?: (given: readonly unknown[]) => unknown,
    possible: readonly CallFault[] = CALL_FAULTS,
  ): Promise<unknown> {
    // A dead process never gets an answer.
    if (process.isDead) return new Promise(() => undefined);
    const fault = this.#faultOf(sites, possible);
    const { path } = sites;
    this.#watcher.asked(process, path, given);
    return new Promise((resolve, reject) => {
      const answer = (value: unknown) => {
        this.#trace(process, () => `${path}(${given.map(shown).join(', ')}) → ${shown(value)}`);
        this.#watcher.answered(process, path, given, value);
        resolve(value);
      };
      const fail = () => {
        if (failed !== undefined) answer(failed(given));
        else reject(new Error(`${path} failed, as the simulation wanted`));
      };
      const act = async () => {
        this.#watcher.before(process, path, given);
        const value = await effect();
        this.#watcher.after(process, path, given, value);
        return value;
      };
      const lateMs = () => LATE_MS.min + this.#dice.throw(sites.late) * (LATE_MS.max - LATE_MS.min);
      const latencyMs = fault === 'late' ? lateMs() : this.#latencyMs(sites.latency);
      const die = (when: string) => {
        this.#trace(process, () => `${path}(${given.map(shown).join(', ')}): the process dies ${when}`);
        process.kill();
      };
      const step = async () => {
        switch (fault) {
          case 'fails':
            this.#trace(process, () => `${path}(${given.map(shown).join(', ')}): fails`);
            fail();
            return;
          case 'late-effect':
            this.#trace(
              process,
              () => `${path}(${given.map(shown).join(', ')}): fails, and has its effect later`,
            );
            this.#scheduler.after(lateMs(), undefined, () => void act());
            fail();
            return;
          case 'crash-before':
            die('before the effect');
            return;
          case 'crash-between':
            await act();
            die('after the effect, before the answer');
            return;
          case 'crash-after':
            answer(await act());
            this.#scheduler.after(0, process, () => die('after the answer'));
            return;
          case 'answer-lost':
            await act();
            this.#trace(process, () => `${path}(${given.map(shown).join(', ')}): the answer is lost`);
            fail();
            return;
          case 'repeated':
            await act();
            this.#trace(process, () => `${path}(${given.map(shown).join(', ')}): done twice`);
            answer(await act());
            return;
          case 'late-answer': {
            const value = await act();
            this.#scheduler.after(lateMs(), process, () => answer(value));
            return;
          }
          case 'late':
          case undefined: {
            const value = await act();
            const answerMs = this.#answerMs(sites.answer);
            if (answerMs === 0) answer(value);
            else this.#scheduler.after(answerMs, process, () => answer(value));
          }
        }
      };
      this.#scheduler.after(
        latencyMs,
        process,
        () =>
          void step().catch((error: unknown) => {
            // A memory adapter throws only for a request that makes no sense.
            this.#watcher.threw(path, error);
            reject(error);
          }),
      );
    });
  }

  #sitesOf(role: string, path: string): Sites {
    const site = `${role} ${path}`;
    let sites = this.#sites.get(site);
    if (sites === undefined) {
      sites = {
        site,
        path,
        fault: `${site} fault`,
        latency: `${site} latency`,
        answer: `${site} answer`,
        late: `${site} late`,
        count: 0,
      };
      this.#sites.set(site, sites);
    }
    return sites;
  }

  #faultOf(sites: Sites, possible: readonly CallFault[]): CallFault | undefined {
    let thrown = this.#dice.throw(sites.fault);
    sites.count += 1;
    const { meets, placed, isDown } = this.#choice;
    if (isDown(sites.path)) return 'fails';
    const fault = placed?.get(`${sites.site} #${sites.count}`);
    if (fault !== undefined) return meets(`${sites.site} #${sites.count} ${fault}`) ? fault : undefined;
    for (const chosen of CALL_FAULTS) {
      const rate = this.#rates[chosen];
      if (thrown < rate) {
        const isMet = possible.includes(chosen) && meets(`${sites.site} #${sites.count} ${chosen}`);
        return isMet ? chosen : undefined;
      }
      thrown -= rate;
    }
    return undefined;
  }

  /** Usually milliseconds, at times longer than the next call takes. */
  #latencyMs(site: string): number {
    const thrown = this.#dice.throw(site);
    if (thrown < 0.8) return 1 + thrown * 10;
    return thrown < 0.96 ? (thrown - 0.8) * 400 : (thrown - 0.96) * 10_000;
  }

  #answerMs(site: string): number {
    const thrown = this.#dice.throw(site);
    return thrown < 0.7 ? 0 : (thrown - 0.7) * 100;
  }
}

/** What the far side does is not a failure of the call; the far side answers as it likes. */
const FAR_FAULTS: readonly CallFault[] = ['late', 'crash-before', 'crash-between', 'crash-after'];

interface Sites {
  readonly site: string;
  readonly path: string;
  readonly fault: string;
  readonly latency: string;
  readonly answer: string;
  readonly late: string;
  count: number;
}

/** The methods of a class's instance, or of a plain object. */
function methodsOf(port: object): string[] {
  const declaring = Object.getPrototypeOf(port) === Object.prototype ? port : Object.getPrototypeOf(port);
  return Object.getOwnPropertyNames(declaring).filter(
    (name) => name !== 'constructor' && typeof Reflect.get(port, name) === 'function',
  );
}
