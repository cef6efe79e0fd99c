import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';

// A page of docs/use-cases, followed as a reader would. The commands of each `console` block are typed into one shell, and their
// output is compared with what the page shows. A `console app` block is the app's terminal: its commands start the app, and its
// other lines must appear in the app's output. The shells, the CLI, the app and the local run are real. `npx` is a script that
// runs what npx would run, and the ports differ, since the usual ones may be taken.

const ROOT = resolve(import.meta.dirname, '../..');
const BLOCK = /^```console( app)?\n([\s\S]*?)^```$/gm;
/** For results that arrive a moment later: a read-only command is typed again, and the app's output is awaited. */
const PATIENCE_MS = 60_000;
const LOOKS_ONLY = /\/(?:ledger|data-cloud\/ingested|tickets\/\$TICKET)/;
const MARK = '-- typed --';

export interface Reader {
  /** As `npm start` prints it. */
  readonly orgUrl: string;
  readonly stateDir: string;
  /** Replaces the parts that differ from run to run. */
  readonly comparable: (line: string) => string;
}

/** Returns all lines that the app printed. */
export async function follow(
  page: string,
  { orgUrl, stateDir, comparable }: Reader,
): Promise<readonly string[]> {
  const folder = folderOfReader(stateDir);
  const port = await freePort();
  const typed = (text: string) =>
    text.replaceAll('127.0.0.1:4281', new URL(orgUrl).host).replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`);
  const environment = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    SLUICE_STATE: stateDir,
    NO_COLOR: '1',
    PORT: String(port),
  };
  const told = (text: string) =>
    stripVTControlCharacters(text)
      .replaceAll('\r', '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(comparable);
  const shell = new Shell(folder, environment);
  const app = new Shell(folder, environment);
  let commands = 0;
  try {
    const text = readFileSync(join(ROOT, 'docs/use-cases', page), 'utf8');
    for (const [, isApp, block = ''] of text.matchAll(BLOCK)) {
      // A line that ends with a backslash continues on the next one.
      const parts = block.split(/^\$ /m).map((part) => /^((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(part) ?? []);
      if (isApp !== undefined) {
        for (const [, command = ''] of parts.slice(1)) {
          commands += 1;
          app.write(typed(command));
        }
        const expected = told(typed(block.replaceAll(/^\$ (?:.*\\\n)*.*\n/gm, '')));
        await until(
          () => told(app.output),
          (lines) => expect(lines).toEqual(expect.arrayContaining(expected)),
        );
        continue;
      }
      for (const [, command = '', output = ''] of parts.slice(1)) {
        commands += 1;
        const expected = { command, output: told(typed(output)) };
        const say = async () => ({ command, output: told(await shell.type(typed(command))) });
        if (LOOKS_ONLY.test(command)) await until(say, (said) => expect(said).toEqual(expected));
        else expect(await say()).toEqual(expected);
      }
    }
    // A block that was not recognised would otherwise go unnoticed.
    expect(commands).toBe([...text.matchAll(/^\$ /gm)].length);
    return stripVTControlCharacters(app.output)
      .split('\n')
      .filter((line) => line !== '');
  } finally {
    await Promise.all([app.end(), shell.end()]);
    rmSync(folder, { recursive: true });
  }
}

async function until<Value>(
  look: () => Value | Promise<Value>,
  holds: (value: Value) => void,
): Promise<void> {
  const endsAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    try {
      holds(value);
      return;
    } catch (error) {
      if (Date.now() > endsAtMs) throw error;
    }
    await sleep(200);
  }
}

function folderOfReader(stateDir: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-page-'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  symlinkSync(stateDir, join(folder, '.sluice'));
  const npx = join(folder, 'bin/npx');
  const sluice = `${process.execPath} ${join(ROOT, 'bin/run.js')}`;
  writeFileSync(
    npx,
    `#!/bin/sh\nprogram=$1; shift\ncase $program in\nsluice) exec ${sluice} "$@";;\nnode) exec ${process.execPath} "$@";;\nesac\nexit 127\n`,
  );
  chmodSync(npx, 0o755);
  return folder;
}

class Shell {
  readonly #process: ChildProcess;
  output = '';

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    // A process group of its own, so that whatever the shell started ends with it.
    this.#process = spawn('bash', { cwd: folder, env: environment, detached: true, stdio: 'pipe' });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.write('exec 2>&1');
  }

  write(command: string): void {
    this.#process.stdin?.write(`${command}\n`);
  }

  /** What the command printed. */
  async type(command: string): Promise<string> {
    this.output = '';
    // Commands get no input: they must not read the lines that this shell runs next.
    this.write(`{ ${command}\n} < /dev/null; printf '\\n%s\\n' '${MARK}'`);
    while (!this.output.includes(`\n${MARK}\n`)) {
      if (this.#process.exitCode !== null) throw new Error(`the shell ended at ${command}: ${this.output}`);
      await sleep(20);
    }
    return this.output.slice(0, this.output.indexOf(`\n${MARK}\n`));
  }

  async end(): Promise<void> {
    if (this.#process.pid === undefined || this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'close');
    process.kill(-this.#process.pid, 'SIGKILL');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('expected a port');
  return address.port;
}
