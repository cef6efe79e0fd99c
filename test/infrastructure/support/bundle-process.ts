import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../../src/settings/names.ts';
import type { Invocation, Invoked } from '../fixtures/run-bundle.ts';

const RUNTIME = fileURLToPath(new URL('../fixtures/run-bundle.ts', import.meta.url));

/** When an import fails, Node prints the failing line, which is most of a bundle. */
const SHOWN_CHARACTERS = 1_000;

/** A built bundle as a separate process, as Lambda runs it. One invocation at a time. */
export class BundleProcess {
  /** The loaded files, as URLs. */
  readonly loaded = new Set<string>();
  readonly #process: ChildProcess;
  #log = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.stdout?.on('data', (chunk) => this.#take(chunk));
    process.stderr?.on('data', (chunk) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    this.#log += chunk.toString('utf8');
  }

  static async start(directory: string, environment: Environment): Promise<BundleProcess> {
    const child = fork(RUNTIME, [directory], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], ...environment },
    });
    const started = new BundleProcess(child);
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(
          `expected the bundle to load, found exit code ${String(code)}:\n${started.log.slice(-SHOWN_CHARACTERS)}`,
        );
      }),
    ]);
    return started;
  }

  /** What the function logged. */
  get log(): string {
    return this.#log;
  }

  /** Throws what the handler throws. */
  async invoke(
    event: unknown,
    { remainingMs = 60_000, clockAheadMs = 0 }: Partial<Omit<Invocation, 'event'>> = {},
  ): Promise<unknown> {
    this.#process.send({ event, remainingMs, clockAheadMs } satisfies Invocation);
    const [{ result, error, loaded }]: [Invoked] = (await once(this.#process, 'message')) as [Invoked];
    for (const url of loaded) this.loaded.add(url);
    if (error !== undefined) throw new Error(error);
    return result;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}
