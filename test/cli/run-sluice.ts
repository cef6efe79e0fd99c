import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** The process is stopped after this. */
  readonly timeoutMs?: number;
}

/** Runs the real command as a process. */
export function runSluice(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runProcess(process.execPath, [RUN, ...args], options);
}

/** Passes nothing of this process's environment but PATH. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    timeout: options.timeoutMs,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** oclif wraps messages at 80 columns and marks each line; this restores the sentence. */
export function unwrapped(stderr: string): string {
  return stderr
    .split('\n')
    .map((line) => line.replace(/^ [›»] {0,5}/, ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
