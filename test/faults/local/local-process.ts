import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const ROOT = resolve(import.meta.dirname, '../../..');
const START_MS_MAX = 60_000;

/** The local run as a separate process on one state folder and one port, to be killed and started again. */
export class LocalProcess {
  readonly stateDir: string;
  readonly port: number;
  readonly #pool: Pool;
  #process: ChildProcess | undefined;
  #output = '';

  constructor(stateDir: string, port: number) {
    this.stateDir = stateDir;
    this.port = port;
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64 });
  }

  /** Starts it and waits for nothing. */
  spawn(): void {
    this.#output = '';
    const started = spawn(
      process.execPath,
      // As `npm start` does.
      [
        '--max-semi-space-size=8',
        'local/start.js',
        '--no-demo',
        '--state',
        this.stateDir,
        '--port',
        String(this.port),
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
    );
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString('utf8');
    };
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    this.#process = started;
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    this.spawn();
    const endsAtMs = Date.now() + START_MS_MAX;
    while ((await this.request('GET', '/v1/openapi.json')).status !== 200) {
      if (this.#process?.exitCode !== null || Date.now() > endsAtMs) {
        throw new Error(`expected the local run to start, found:\n${this.#output}`);
      }
      await sleep(20);
    }
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('expected the local run to be started');
    return pid;
  }

  get hasEnded(): boolean {
    return this.#process?.exitCode !== null;
  }

  get output(): string {
    return this.#output;
  }

  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'close');
    running.kill(signal);
    await ended;
  }

  /** Status 0 when nobody answers. @param authorization by default, the administration's */
  async request(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
    try {
      const response = await this.#pool.request({
        method,
        path,
        headers: {
          authorization: `Bearer ${this.#adminToken()}`,
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      return {
        status: response.statusCode,
        json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    } catch {
      // It is dead or not up yet: these tests cause that, and 0 reports it.
      return { status: 0, json: {} };
    }
  }

  #adminToken(): string {
    try {
      return String(JSON.parse(readFileSync(join(this.stateDir, 'admin.json'), 'utf8')).token);
    } catch {
      // The first start has not created one yet.
      return '';
    }
  }

  /** Creates an app; returns it with the means to publish as it. */
  async app(name: string): Promise<LocalApp> {
    const { status, json } = await this.request('POST', '/v1/apps', { name });
    if (status !== 201) throw new Error(`expected an app, found ${status} ${JSON.stringify(json)}`);
    const url = new URL(String(json['publish_url']));
    const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
    const tenant = `/v1/tenants/${String(json['id'])}`;
    return {
      tenant,
      authorization,
      publish: (publication, event, headers = {}) =>
        this.request('POST', `/${publication}`, event, { authorization, ...headers }),
    };
  }

  /** Counts the deliveries with the status in the list: the app's own status stops counting at a limit. */
  async countDeliveries(app: LocalApp, status: string): Promise<number> {
    let count = 0;
    let after = '';
    do {
      const { json } = await this.request(
        'GET',
        `${app.tenant}/deliveries?status=${status}&limit=100${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
      );
      count += Array.isArray(json['deliveries']) ? json['deliveries'].length : 0;
      after = typeof json['next'] === 'string' ? json['next'] : '';
    } while (after !== '');
    return count;
  }

  async deadLetters(): Promise<number> {
    const { json } = await this.request('GET', '/v1/dead-letters');
    return Array.isArray(json['dead_letters']) ? json['dead_letters'].length : Number.NaN;
  }

  /** Of the process, as the kernel counts it; Linux only. */
  residentMegabytes(): number {
    const status = readFileSync(`/proc/${this.#process?.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  }

  /** Size of all state files except the log. */
  stateBytes(): number {
    const files = readdirSync(this.stateDir, { recursive: true, withFileTypes: true });
    return files
      .filter((file) => file.isFile() && !file.name.startsWith('sluice.log'))
      .reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    await this.#pool.destroy();
  }
}

export interface LocalApp {
  /** `/v1/tenants/<id>` */
  readonly tenant: string;
  /** The header for its publishes. */
  readonly authorization: string;
  publish(
    publication: string,
    event: object,
    headers?: Record<string, string>,
  ): Promise<{ readonly status: number; readonly json: Record<string, unknown> }>;
}

/** A port that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((settle) => server.close(() => settle()));
  return port;
}
