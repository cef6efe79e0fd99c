import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

// Real processes: the local run as started by `npm start`, the CLI as started by `npx sluice`, and a receiver over real
// HTTP.

const LOG_LINES_SHOWN = 30;
const ROOT = resolve(import.meta.dirname, '../..');

/** `npm start -- …` as a separate process. */
export class LocalRun {
  readonly stateDir: string;
  readonly #root: string;
  readonly #process: ChildProcess;
  #output = '';

  private constructor(stateDir: string, args: readonly string[], root = ROOT) {
    this.stateDir = stateDir;
    this.#root = root;
    this.#process = spawn(process.execPath, ['local/start.js', '--state', stateDir, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const collect = (chunk: Buffer) => {
      this.#output += stripVTControlCharacters(chunk.toString('utf8'));
    };
    this.#process.stdout?.on('data', collect);
    this.#process.stderr?.on('data', collect);
  }

  /** Resolves when the run reports that it is ready. */
  static async start(stateDir: string, ...args: readonly string[]): Promise<LocalRun> {
    const run = new LocalRun(stateDir, args.includes('--port') ? args : ['--port', '0', ...args]);
    await run.sees(/Ctrl-C stops it/);
    return run;
  }

  /** The same, in another checkout. */
  static async startIn(root: string, stateDir: string): Promise<LocalRun> {
    const run = new LocalRun(stateDir, ['--port', '0'], root);
    await run.sees(/Ctrl-C stops it/);
    return run;
  }

  /** A run that is expected to end by itself; returns its exit code and output. */
  static async fails(
    stateDir: string,
    ...args: readonly string[]
  ): Promise<{ code: number | null; output: string }> {
    const run = new LocalRun(stateDir, args);
    const [code] = await once(run.#process, 'close');
    return { code: typeof code === 'number' ? code : null, output: run.#output };
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until the terminal shows the pattern. */
  async sees(pattern: RegExp, withinMs = 20_000): Promise<RegExpExecArray> {
    const endsAtMs = Date.now() + withinMs;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#process.exitCode !== null) throw new Error(`the run ended:\n${this.#output}`);
      if (Date.now() > endsAtMs)
        throw new Error(`expected to see ${pattern}, found:\n${this.#output}\n${this.#lastLogLines()}`);
      await sleep(20);
    }
  }

  /** The log may say why the terminal does not show it. */
  #lastLogLines(): string {
    const file = join(this.stateDir, 'sluice.log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-LOG_LINES_SHOWN).join('\n') : '';
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'close');
    this.#process.kill(signal);
    await ended;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('expected a process, found that it was not started');
    return pid;
  }

  /** Closes the terminal, as `| head` does once it has read enough. Resolves when the run has ended. */
  async stopReading(): Promise<void> {
    const ended = once(this.#process, 'close');
    this.#process.stdout?.destroy();
    await ended;
  }

  #file(name: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.stateDir, name), 'utf8')) as Record<string, unknown>;
  }

  get origin(): string {
    return String(this.#file('local.json')['apiUrl']);
  }

  get adminToken(): string {
    return String(this.#file('local.json')['adminToken']);
  }

  /** Calls the management API with JSON. */
  async api(method: string, path: string, body?: object): Promise<{ status: number; json: Json }> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Json };
  }

  /** Creates an app; returns its tenant path and publish URL. */
  async app(name: string): Promise<{
    path: string;
    publish: (publication: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  }> {
    const { status, json } = await this.api('POST', '/v1/apps', { name });
    if (status !== 201) throw new Error(`expected an app, found ${JSON.stringify(json)}`);
    return { path: `/v1/tenants/${String(json['id'])}`, publish: publisher(String(json['publish_url'])) };
  }

  /** `npx sluice …` in the folder of the run. */
  sluice(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((settle) => {
      execFile(
        process.execPath,
        [join(this.#root, 'bin/run.js'), ...args],
        { cwd: this.#root, env: { ...process.env, SLUICE_STATE: this.stateDir, NO_COLOR: '1' } },
        (error, stdout, stderr) => {
          settle({
            code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
            stdout,
            stderr,
          });
        },
      );
    });
  }
}

export type Json = { readonly [name: string]: unknown };

/** Posts to a publish URL that contains user and password, as `curl` does. */
export function publisher(publishUrl: string) {
  const url = new URL(publishUrl);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  return (publication: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url.origin}${url.pathname.replace(/\/$/, '')}/${publication}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
}

export interface Received {
  readonly atMs: number;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly event: Json;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** The statuses for the next events; 204 after that. */
  readonly script: number[];
  /** The statuses for the next events that contain the text, whatever else arrives in between. */
  answer(text: string, ...statuses: number[]): void;
  until(done: (received: readonly Received[]) => boolean, withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** Any HTTP server can be a receiver. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const script: number[] = [];
  const answers: { readonly text: string; readonly statuses: number[] }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({
        atMs: Date.now(),
        path: request.url ?? '',
        headers,
        body,
        event: JSON.parse(body) as Json,
      });
      const own = answers.find(({ text, statuses }) => statuses.length > 0 && body.includes(text));
      response.writeHead(own?.statuses.shift() ?? script.shift() ?? 204).end();
    });
  });
  await new Promise<void>((settle) => server.listen(port, '127.0.0.1', settle));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}/hooks`,
    received,
    script,
    answer: (text, ...statuses) => void answers.push({ text, statuses }),
    async until(done, withinMs = 20_000) {
      const endsAtMs = Date.now() + withinMs;
      while (!done(received)) {
        if (Date.now() > endsAtMs)
          throw new Error(`expected more than the ${received.length} events received`);
        await sleep(20);
      }
    },
    close: () =>
      new Promise((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      }),
  };
}

/** A folder for one run's state, removed at the end. */
export function temporaryState(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  return { dir: join(dir, 'state'), remove: () => rmSync(dir, { recursive: true, force: true }) };
}
