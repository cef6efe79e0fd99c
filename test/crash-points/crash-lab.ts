import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from './child.ts';
import { faultsOf } from './ledger.ts';
import type { CrashPoint } from './port-calls.ts';
import { startReceiver } from './receiver.ts';
import type { Aftermath } from './recover.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { promisesIn } from './world.ts';

export interface Outcome {
  /** Whether the process reached the point. */
  readonly isReached: boolean;
  readonly faults: readonly string[];
  readonly aftermath: Aftermath;
  /** The number of repeated requests that receivers accepted. */
  readonly repeats: number;
}

interface Answer {
  readonly ok: boolean;
  readonly answer?: unknown;
  readonly error?: string;
}

/**
 * The processes of many runs, one run after the other: states are prepared once, a crash takes one process, and one process does all
 * restarts.
 */
export class CrashLab {
  readonly #dir: string;
  readonly #receiver: Awaited<ReturnType<typeof startReceiver>>;
  #helper: ChildProcess | undefined;
  readonly #prepared = new Set<string>();
  #runs = 0;

  private constructor(dir: string, receiver: Awaited<ReturnType<typeof startReceiver>>) {
    this.#dir = dir;
    this.#receiver = receiver;
  }

  static async open(): Promise<CrashLab> {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-crash-'));
    return new CrashLab(dir, await startReceiver());
  }

  async close(): Promise<void> {
    this.#helper?.kill('SIGKILL');
    await this.#receiver.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** The calls of a scenario in which nobody dies, with their numbers, and the ledger's verdict. */
  async record(scenario: Scenario): Promise<{ calls: ReadonlyMap<string, number>; outcome: Outcome }> {
    const dir = await this.#begin(scenario);
    const calls = await this.#ask({ kind: 'play', dir, scenario: scenario.name });
    return {
      calls: new Map(calls as readonly (readonly [string, number])[]),
      outcome: await this.#end(scenario, dir, true),
    };
  }

  async crash(scenario: Scenario, point: CrashPoint): Promise<Outcome> {
    const dir = await this.#begin(scenario);
    const child = this.#start();
    child.send({ kind: 'play', dir, scenario: scenario.name, point } satisfies Job);
    const ended = once(child, 'exit');
    const answer = await Promise.race([once(child, 'message'), ended]);
    const isReached = child.signalCode === 'SIGKILL';
    if (!isReached) {
      child.kill('SIGKILL');
      await ended;
      const [told] = answer as readonly { readonly ok?: boolean; readonly error?: string }[];
      if (told?.ok === false) throw new Error(`${scenario.name}: ${told.error}`);
    }
    return this.#end(scenario, dir, isReached);
  }

  async #begin(scenario: Scenario): Promise<string> {
    const template = join(this.#dir, `template-${SCENARIOS.indexOf(scenario)}`);
    this.#receiver.begin(scenario);
    if (!this.#prepared.has(scenario.name)) {
      await mkdir(template);
      await this.#ask({
        kind: 'prepare',
        dir: template,
        scenario: scenario.name,
        receiver: this.#receiver.url,
      });
      this.#prepared.add(scenario.name);
    }
    this.#runs += 1;
    const dir = join(this.#dir, `run-${this.#runs}`);
    await cp(template, dir, { recursive: true });
    return dir;
  }

  async #end(scenario: Scenario, dir: string, isReached: boolean): Promise<Outcome> {
    if (scenario.staysDown !== true) this.#receiver.mend();
    const aftermath = (await this.#ask({ kind: 'recover', dir, scenario: scenario.name })) as Aftermath;
    const { requests } = this.#receiver;
    const faults = faultsOf(scenario, promisesIn(dir), requests, aftermath);
    // What the functions logged, in both processes.
    if (faults.length > 0 && process.env['CRASH_LOGS'] !== undefined)
      console.error(await readFile(join(dir, 'log'), 'utf8'));
    await rm(dir, { recursive: true, force: true });
    const takenOf = requests
      .filter(({ isTaken }) => isTaken)
      .map(({ publication, id }) => `${publication} ${id}`);
    return { isReached, faults, aftermath, repeats: takenOf.length - new Set(takenOf).size };
  }

  /** Asks the process that stays alive. */
  async #ask(job: Job): Promise<unknown> {
    this.#helper ??= this.#start();
    const isOver = new AbortController();
    const { signal } = isOver;
    const answered = once(this.#helper, 'message', { signal });
    const died = once(this.#helper, 'exit', { signal }).then(() => [
      { ok: false, error: 'the process ended' },
    ]);
    this.#helper.send(job);
    const [answer] = (await Promise.race([answered, died])) as unknown as readonly [Answer];
    isOver.abort();
    // The abort ends whichever of the two waits is not over.
    await Promise.allSettled([answered, died]);
    if (!answer.ok) throw new Error(`${job.kind} ${job.scenario}: ${answer.error}`);
    return answer.answer;
  }

  #start(): ChildProcess {
    return fork(new URL('./child.ts', import.meta.url), {
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-compile-cache') },
    });
  }
}
