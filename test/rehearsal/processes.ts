import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ROOT } from './emulator.ts';

const run = promisify(execFile);
const OUTPUT_BYTES_MAX = 50_000_000;
const SHOWN_CHARACTERS = 3_000;

/** Runs a program to its end. Throws its output when it fails. */
export async function finished(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  try {
    const { stdout } = await run(program, args, { maxBuffer: OUTPUT_BYTES_MAX, cwd: ROOT, ...options });
    return stdout;
  } catch (error) {
    const told = error as { readonly stdout?: string; readonly stderr?: string };
    const said = `${told.stdout ?? ''}${told.stderr ?? ''}`.slice(-SHOWN_CHARACTERS);
    throw new Error(`${program} ${args.slice(0, 4).join(' ')} failed:\n${said}`, { cause: error });
  }
}

export interface OrgDetails {
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
}

/** The Salesforce simulator as a process, through its control endpoint. */
export class Org {
  readonly details: OrgDetails;
  readonly #stop: () => void;

  private constructor(details: OrgDetails, stop: () => void) {
    this.details = details;
    this.#stop = stop;
  }

  static async start(): Promise<Org> {
    const any = ['--port', '0', '--grpc-port', '0', '--grpc-tls-port', '0'];
    const child = spawn(
      process.execPath,
      ['simulators/salesforce/main.ts', ...any, '--activity', '0', '--json'],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line]: [string] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new Org(JSON.parse(line), () => child.kill('SIGKILL'));
  }

  async control<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.details.httpUrl}/__simulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer = (await response.json()) as T;
    if (!response.ok) throw new Error(`${method} ${path} of the simulator: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The payloads that apps published to a topic, or the org's records. */
  async ledger(topic: string): Promise<readonly { readonly id: string; readonly payload: unknown }[]> {
    const { events } = await this.control<{ events: { id: string; payload: unknown }[] }>(
      'GET',
      `ledger?topic=${encodeURIComponent(topic)}`,
    );
    return events;
  }

  async publish(name: string, fields: object): Promise<void> {
    await this.control('POST', 'events', { name, fields });
  }

  stop(): void {
    this.#stop();
  }
}
