import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

/** The checkout under rehearsal. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Ignored by git: the virtual environment and the baseline stay there between rehearsals. */
export const REHEARSAL_FOLDER = join(ROOT, '.rehearsal');

const PACKAGES = ['ministack==1.5.33', 'cryptography==50.0.2'];
const START_WITHIN_MS = 120_000;
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** A decision of the emulator's IAM. */
export interface Decision {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
}

/**
 * Why a rehearsal is impossible here, or undefined. Only this needs Python and its package registry. Creates the
 * virtual environment if there is none.
 */
export function whyNoEmulator(): string | undefined {
  const python = join(REHEARSAL_FOLDER, 'python/bin/python');
  const isThere = () => {
    try {
      execFileSync(python, ['-c', 'import ministack, cryptography'], { stdio: 'pipe' });
      return true;
    } catch {
      // Missing, or only half made.
      return false;
    }
  };
  if (isThere()) return undefined;
  mkdirSync(REHEARSAL_FOLDER, { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', join(REHEARSAL_FOLDER, 'python')], { stdio: 'pipe' });
  } catch (error) {
    return `expected Python 3 with venv as "python3": ${firstLine(error)}`;
  }
  try {
    // Without a network it then gives up within seconds, not after five tries.
    const patience = ['--retries', '1', '--timeout', '15'];
    execFileSync(
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...patience, ...PACKAGES],
      { stdio: 'pipe' },
    );
  } catch (error) {
    return `expected ${PACKAGES.join(' and ')} from PyPI: ${firstLine(error)}`;
  }
  return isThere() ? undefined : 'expected ministack to be importable after it was installed';
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').find((line) => line.trim() !== '') ?? text;
}

/** AWS on this machine: ministack behind TLS, with IAM enforced. Functions run as processes in its group. */
export class Emulator {
  /** Removed at the end: state, logs, synthesized stacks. */
  readonly directory: string;
  readonly endpoint: string;
  readonly port: number;
  readonly certificate: string;
  readonly #process: ChildProcess;

  private constructor(directory: string, port: number, process: ChildProcess) {
    this.directory = directory;
    this.port = port;
    this.endpoint = `https://127.0.0.1:${port}`;
    this.certificate = join(directory, 'server.crt');
    this.#process = process;
  }

  static async start(): Promise<Emulator> {
    // Outside the checkout, because its package.json would turn the scripts that the emulator writes there into ES
    // modules.
    const directory = mkdtempSync(join(tmpdir(), 'sluice-rehearsal-'));
    const port = await freePort();
    const [certificate, key] = ['server.crt', 'server.key'].map((name) => join(directory, name));
    for (const name of ['tmp', 'home']) mkdirSync(join(directory, name));
    const log = openSync(join(directory, 'emulator.log'), 'a');
    const python = join(REHEARSAL_FOLDER, 'python/bin/python');
    const script = fileURLToPath(new URL('./emulator.py', import.meta.url));
    const child = spawn(
      python,
      [script, String(port), certificate ?? '', key ?? '', join(directory, 'decisions.jsonl')],
      {
        // A group of its own, so that its functions end with it.
        detached: true,
        stdio: ['ignore', log, log],
        // Nothing from this process's environment, because the functions inherit it.
        env: {
          PATH: `${join(ROOT, 'node_modules/.bin')}:/usr/local/bin:/usr/bin:/bin`,
          HOME: join(directory, 'home'),
          TMPDIR: join(directory, 'tmp'),
          LANG: 'C.UTF-8',
          TZ: ':UTC',
          GATEWAY_PORT: String(port),
          BIND_HOST: '127.0.0.1',
          MINISTACK_HOST: 'localhost',
          USE_SSL: '1',
          MINISTACK_SSL_CERT: certificate,
          MINISTACK_SSL_KEY: key,
          STATE_DIR: join(directory, 'state'),
          S3_DATA_DIR: join(directory, 's3'),
          AUTH: 'true',
          IOT_MTLS_ENABLED: '0',
          SFTP_ENABLED: '0',
          LOG_LEVEL: 'INFO',
        },
      },
    );
    const emulator = new Emulator(directory, port, child);
    try {
      await emulator.#answers();
    } catch (error) {
      emulator.stop();
      throw error;
    }
    return emulator;
  }

  async #answers(): Promise<void> {
    await until(
      'the emulator to make its certificate',
      () => existsSync(join(this.directory, 'server.key')),
      {
        withinMs: START_WITHIN_MS,
      },
    );
    await sleep(500);
    tls.setDefaultCACertificates([
      ...tls.getCACertificates('default'),
      readFileSync(this.certificate, 'utf8'),
    ]);
    await until(
      'the emulator to answer',
      async () => {
        if (this.#process.exitCode !== null) throw new Error(`the emulator ended:\n${this.log(30)}`);
        try {
          return (await fetch(`${this.endpoint}/_ministack/health`)).ok;
        } catch {
          // Not listening yet.
          return false;
        }
      },
      { withinMs: START_WITHIN_MS },
    );
  }

  /** For the CDK and for our CLI: credentials that the emulator accepts as an administrator's. */
  get environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.directory, 'home'),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_EXTRA_CA_CERTS: this.certificate,
      NO_COLOR: '1',
      CI: 'true',
    };
  }

  /** The options for the SDK's clients. */
  get client() {
    return {
      endpoint: this.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
  }

  decisions(): readonly Decision[] {
    const file = join(this.directory, 'decisions.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line): Decision => JSON.parse(line));
  }

  /** The last lines of its log. */
  log(lines: number): string {
    return readFileSync(join(this.directory, 'emulator.log'), 'utf8').split('\n').slice(-lines).join('\n');
  }

  /** Ends the emulator with everything that it started. Safe to repeat, and to call from an `exit` handler. */
  stop({ keep = false } = {}): void {
    const { pid } = this.#process;
    if (pid !== undefined) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // The whole group has ended by itself.
      }
    }
    if (!keep) rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const address = server.address();
  await new Promise((settle) => server.close(settle));
  if (typeof address !== 'object' || address === null) throw new Error('expected a free port');
  return address.port;
}
