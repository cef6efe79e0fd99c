import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalRun, publisher, temporaryState } from '../support/local-run.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

// What `npm start` says when it cannot start, and which problems it overcomes by itself. Real processes and real files.

let state: ReturnType<typeof temporaryState>;
const runs: LocalRun[] = [];
const start = async (...args: readonly string[]) => {
  const run = await LocalRun.start(state.dir, ...args);
  runs.push(run);
  return run;
};

beforeEach(() => {
  state = temporaryState();
});
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.end('SIGKILL')));
  state.remove();
});

/** Expects one sentence, and nothing of the code. */
async function expectSentence(dir: string, pattern: RegExp, ...args: readonly string[]): Promise<void> {
  const { code, output } = await LocalRun.fails(dir, '--port', '0', ...args);
  expect(output).toMatch(pattern);
  expect(output.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
}

const skippedAloud = (why: string) => console.warn(`skipped: ${why}`);

describe('whose the state folder is', () => {
  it('is not said by a process id that a stranger has now', async () => {
    await (await start('--no-demo')).end('SIGKILL');
    writeFileSync(join(state.dir, 'owner.json'), JSON.stringify({ pid: process.pid }));
    await start('--no-demo');
  });

  it('of two starts at once, exactly one has it', async () => {
    const both = await Promise.allSettled([start('--no-demo'), start('--no-demo')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find((each) => each.status === 'rejected');
    expect(String(refused?.reason)).toContain('another local run');
  });
});

describe('a state folder that cannot be used', () => {
  it('is a file, or below one', async () => {
    mkdirSync(dirname(state.dir), { recursive: true });
    writeFileSync(state.dir, '');
    await expectSentence(state.dir, /expected a folder for the state, found a file: .*--state DIR/);
    await expectSentence(
      join(state.dir, 'below'),
      /expected a folder for the state, found a file: .*--state DIR/,
    );
  });

  it.skipIf(process.platform !== 'linux')('is where no folder can be made', async () => {
    await expectSentence('/proc/nope', /\/proc\/nope cannot be used for the state: .*--state DIR/);
  });

  it('is one in which another program has its files, which stay as they are', async () => {
    mkdirSync(state.dir);
    writeFileSync(join(state.dir, 'theirs.sh'), '', { mode: 0o755 });
    await expectSentence(state.dir, /found other files in .* \(theirs\.sh\).*--state DIR/);
    expect(readdirSync(state.dir)).toEqual(['theirs.sh']);
    expect(statSync(join(state.dir, 'theirs.sh')).mode & 0o777).toBe(0o755);
  });

  it('may not be written to', async () => {
    if (process.getuid?.() === 0) return skippedAloud('a folder that this user may not write to: root may');
    mkdirSync(state.dir, { mode: 0o500 });
    chmodSync(state.dir, 0o500);
    await expectSentence(
      state.dir,
      /cannot be used for the state: this user may not write there.*--state DIR/,
    );
  });

  it('is on a file system that is read-only, or full', async () => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return skippedAloud('a read-only and a full file system: cannot mount one');
    try {
      mkdirSync(join(disk.dir, 'state'));
      try {
        writeFileSync(join(disk.dir, 'filling'), Buffer.alloc(2 * 1024 * 1024));
      } catch {
        // The disk is full now.
      }
      await expectSentence(
        join(disk.dir, 'state'),
        /cannot be used for the state: its disk is full.*--state DIR/,
      );
      disk.readOnly();
      await expectSentence(
        join(disk.dir, 'state'),
        /cannot be used for the state: its file system is read-only/,
      );
    } finally {
      disk.remove();
    }
  });

  it('holds a key that others could read, or none', async () => {
    await (await start('--no-demo')).end('SIGINT');
    const key = join(state.dir, 'key');
    chmodSync(key, 0o644);
    await expectSentence(state.dir, /key file .* to have mode 600, found 644.*chmod 600/, '--no-demo');
    chmodSync(key, 0o600);
    writeFileSync(key, 'no key');
    await expectSentence(state.dir, /key file .* found something else/, '--no-demo');
  });

  it('holds a database that is damaged, or of another program', async () => {
    await (await start('--no-demo')).end('SIGINT');
    const file = join(state.dir, 'sluice.db');
    writeFileSync(file, 'damaged '.repeat(2_000));
    await expectSentence(
      state.dir,
      /sluice\.db: expected a database of Sluice, found a damaged file/,
      '--no-demo',
    );
    rmSync(file);
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE theirs (n INTEGER)');
    other.close();
    await expectSentence(
      state.dir,
      /sluice\.db: expected a database of Sluice, found one of another/,
      '--no-demo',
    );
  });

  it('holds a damaged file of the simulated org', async () => {
    await (await start()).end('SIGINT');
    writeFileSync(join(state.dir, 'salesforce-simulator.sqlite'), 'damaged '.repeat(1_000));
    await expectSentence(state.dir, /salesforce-simulator\.sqlite cannot be used .* damaged/);
    await start('--no-demo');
  });
});

describe('the files of the state', () => {
  it('are for this user only, also in a folder that was there', async () => {
    mkdirSync(state.dir, { mode: 0o755 });
    chmodSync(state.dir, 0o755);
    await (await start()).end('SIGINT');
    chmodSync(state.dir, 0o755);
    const files = () => readdirSync(state.dir).filter((name) => statSync(join(state.dir, name)).isFile());
    for (const name of files()) if (name !== 'key') chmodSync(join(state.dir, name), 0o644);
    const run = await start();
    expect(run.output).toMatch(/other users could read .*: it is for you only now/);
    const modes = files().map((name) => [name, statSync(join(state.dir, name)).mode & 0o777]);
    expect(modes.length).toBeGreaterThan(5);
    expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
    expect(statSync(state.dir).mode & 0o777).toBe(0o700);
  });

  it('are kept when they are damaged, and the terminal says so', async () => {
    await (await start()).end('SIGINT');
    for (const name of ['admin.json', 'demo.json', 'credentials.json']) {
      writeFileSync(join(state.dir, name), `{"${name}`);
    }
    const run = await start();
    for (const name of ['admin.json', 'demo.json', 'credentials.json']) {
      expect(run.output).toContain(`${name} was damaged: it is kept as ${name}.damaged`);
      expect(readFileSync(join(state.dir, `${name}.damaged`), 'utf8')).toBe(`{"${name}`);
    }
    await run.sees(/webhook {2}← UPDATE .*signature valid/);
  });
});

describe('the same state on other ports', () => {
  it('has every URL on them, printed, kept and stored', async () => {
    const first = await start();
    await first.sees(/webhook {2}← UPDATE/);
    const created = await first.sluice('apps:create', 'shop');
    expect(created.code).toBe(0);
    await first.end('SIGINT');
    const formerPorts = (await portsOf(first)).filter((port) => port !== '');

    const second = await start();
    expect((await portsOf(second)).filter((port) => formerPorts.includes(port))).toEqual([]);
    // The feed reads the org and the publication reaches the receiver at their new addresses.
    await second.sees(/webhook {2}← UPDATE .*signature valid/);
    const [, shown = ''] = await second.sees(/curl -X POST (http:\/\/\S+)\/QuoteGenerationComplete/);
    expect((await publisher(shown)('QuoteGenerationComplete', { Status__c: 'moved' })).status).toBe(202);
    await second.sees(/org +QuoteGenerationComplete__e arrived: .*moved/);
    for (const app of ['demo', 'shop']) {
      const { stdout } = await second.sluice('config', '-a', app, '--json');
      const { HEROKUEVENTS_API_URL: apiUrl, HEROKUEVENTS_PUBLISH_URL: publishUrl } = JSON.parse(stdout);
      expect(new URL(apiUrl).origin).toBe(second.origin);
      expect(new URL(publishUrl).origin).toBe(second.origin);
      expect((await publisher(publishUrl)('none', {})).status).toBe(404);
    }
    for (const name of readdirSync(state.dir).filter((each) => each.endsWith('.json'))) {
      const text = readFileSync(join(state.dir, name), 'utf8');
      expect([name, formerPorts.filter((port) => text.includes(`:${port}`))]).toEqual([name, []]);
    }
    for (const path of ['authorizations', 'publications']) {
      const { json } = await second.api('GET', `/v1/tenants/demo/${path}`);
      const text = JSON.stringify(json);
      expect([path, formerPorts.filter((port) => text.includes(`:${port}`))]).toEqual([path, []]);
    }
  });

  async function portsOf(run: LocalRun): Promise<string[]> {
    const [, org = ''] = await run.sees(/simulated org +(\S+) /);
    const [, pubsub = ''] = await run.sees(/Pub\/Sub API at (\S+)\)/);
    const [, receiver = ''] = await run.sees(/receiver +(http\S+)/);
    const [, api = ''] = await run.sees(/management API +(\S+)/);
    return [org, `http://${pubsub}`, receiver, api].map((url) => new URL(url).port);
  }
});

describe('a terminal that nobody reads any more', () => {
  it('stops the run as Ctrl-C does, without a word', async () => {
    const run = await start();
    const said = run.output;
    await run.stopReading();
    expect(run.exitCode).toBe(0);
    expect(run.output.slice(said.length)).not.toMatch(/EPIPE|Error/);
    const again = await start();
    await again.sees(/webhook {2}← UPDATE/);
  });
});
