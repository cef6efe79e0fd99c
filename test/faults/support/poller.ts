import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FeedTiming } from '../../../src/pipeline/read/feed-timing.ts';
import type { Environment } from '../../../src/settings/names.ts';

export interface PollerArguments {
  readonly timing?: FeedTiming;
  readonly silenceMsMax?: number;
  /** A session ends a minute before this timeout. */
  readonly functionTimeoutSeconds?: number;
}

/** Another program with the same arguments and messages, such as a bundle. */
export interface PollerProgram {
  readonly file: string | URL;
  readonly nodeOptions: readonly string[];
}

const PROGRAM: PollerProgram = { file: new URL('./poller-process.ts', import.meta.url), nodeOptions: [] };

export interface LogLine {
  readonly code?: string;
  readonly reason?: string;
  readonly feedId?: string;
  readonly [field: string]: unknown;
}

export interface Usage {
  readonly rss: number;
  /** The heap size after a full garbage collection, if Node was started with --expose-gc. */
  readonly heapUsed: number;
  readonly cpu: NodeJS.CpuUsage;
}

/** A poller in a separate process, which can be killed at any moment. */
export class Poller {
  readonly lines: LogLine[] = [];
  readonly faults: string[] = [];
  readonly #process: ChildProcess;
  #usage: ((usage: Usage) => void) | undefined;

  private constructor(environment: Environment, options: PollerArguments, program: PollerProgram) {
    this.#process = fork(program.file, [JSON.stringify(options)], {
      // Only the given settings: nothing from the machine's AWS configuration.
      env: { PATH: process.env['PATH'], ...environment },
      execArgv: [...program.nodeOptions],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => this.faults.push(text));
    this.#process.on('message', (message: { line?: string; fault?: string; rss?: number } | Usage) => {
      if ('line' in message && message.line !== undefined) this.lines.push(JSON.parse(message.line));
      if ('fault' in message && message.fault !== undefined) this.faults.push(message.fault);
      if ('cpu' in message) this.#usage?.(message);
    });
  }

  /** Resolves when the poller takes messages. */
  static async start(
    environment: Environment,
    options: PollerArguments,
    program: PollerProgram = PROGRAM,
  ): Promise<Poller> {
    const poller = new Poller(environment, options, program);
    const ended = once(poller.#process, 'exit').then(() => {
      throw new Error(`the poller ended: ${poller.faults.join('\n')}`);
    });
    await Promise.race([once(poller.#process, 'message'), ended]);
    // It is expected to end later.
    ended.catch(() => undefined);
    return poller;
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Takes effect at once: the signal is sent before this returns. */
  kill(): Promise<unknown> {
    if (!this.alive) return Promise.resolve();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    return ended;
  }

  /** Freezes the process as a suspended machine does, timers included. */
  stop(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  usage(): Promise<Usage> {
    return new Promise((resolve) => {
      this.#usage = resolve;
      this.#process.send('usage');
    });
  }
}
