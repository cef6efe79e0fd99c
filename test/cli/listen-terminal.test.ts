import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type HttpFront, startHttpFront } from '../../local/http-front.ts';
import { ApiUnderTest } from '../support/api-under-test.ts';
import { type Receiver, startReceiver } from '../support/local-run.ts';
import { aDelivery } from '../support/records.ts';
import { until } from '../support/salesforce.ts';

// `events:listen` at a real pseudo-terminal, created by `script` from util-linux, against the production service in memory.

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'sluice-listen-'));
const hasTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
if (!hasTerminals) console.warn('SKIPPED: there is no script of util-linux here');
const [COLUMNS, ROWS] = [90, 20];

let api: ApiUnderTest;
let front: HttpFront;
let receiver: Receiver;
let appId: string;
let terminal: ChildProcess;
let output = '';
let count = 0;

beforeAll(async () => {
  api = new ApiUnderTest();
  const handler = (...args: Parameters<typeof api.handler>) => api.handler(...args);
  front = await startHttpFront({
    port: 0,
    api: handler,
    ingest: handler,
    onFault: (name, message) => {
      throw new Error(`${name}: ${message}`);
    },
  });
  appId = (await api.call('POST', '/v1/apps', { body: { name: 'my-app' } })).body.id;
  await api.call('POST', '/v1/tenants/my-app/platforms/generate/subscriptions', {
    body: { name: 'ticks', interval: '1d', mapping: 'root = {}' },
  });
  receiver = await startReceiver();
});
afterAll(() => Promise.all([front.close(), receiver.close()]));
afterEach(() => void terminal.kill('SIGKILL'));

function listen(...args: readonly string[]): void {
  output = '';
  receiver.received.length = 0;
  const line = ['events:listen', 'ada', '--forward', receiver.url, ...args]
    .map((each) => `'${each}'`)
    .join(' ');
  const command = `stty cols ${COLUMNS} rows ${ROWS}; exec '${process.execPath}' '${RUN}' ${line}`;
  terminal = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      TERM: 'xterm',
      SLUICE_API_URL: `http://127.0.0.1:${front.port}`,
      SLUICE_TOKEN: api.adminToken,
      SLUICE_APP: 'my-app',
    },
  });
  terminal.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
}

async function arrive(type: string, subject = `s-${count}`): Promise<void> {
  count += 1;
  const listener = await api.stores.listeners.get(appId, 'ada');
  const delivery = aDelivery({
    id: `d-${count}`,
    appId,
    publicationId: listener?.id ?? '',
    status: 'available',
    createdAtMs: api.clock.now() - 1_000,
    place: count,
    eventType: type,
    eventSubject: subject,
  });
  await api.stores.deliveries.create(delivery, JSON.stringify({ specversion: '1.0', id: delivery.id, type }));
}

/** What a person sees: the lines after everything sent to the terminal. */
function screen(text = output): string[] {
  const lines: string[] = [''];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is told by
  for (const [part] of text.matchAll(/\u001b\[[\d;?]*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g)) {
    if (part === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (part.startsWith('\u001b') && part.endsWith('A')) {
      row = Math.max(0, row - Number(part.slice(2, -1)));
    } else if (part.startsWith('\u001b') && part.endsWith('J')) lines.splice(row, lines.length, '');
    else if (!part.startsWith('\u001b') && part !== '\r') lines[row] += part;
  }
  return lines;
}

const shows = (pattern: RegExp) =>
  until(`the terminal to show ${pattern}`, () => screen().some((line) => pattern.test(line)), 20_000).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}\n${screen().join('\n')}`);
    },
  );
const press = (keys: string) => terminal.stdin?.write(keys);
const rows = (pattern: RegExp) => screen().filter((line) => pattern.test(line));

test.runIf(hasTerminals)(
  'a table is drawn anew as events come; keys pause, replay, skip and quit',
  async () => {
    listen();
    await shows(/● listening: 0 waiting, 0 delivered/);
    expect(screen().join('\n')).toMatch(/ada forwards ticks to http:\/\/127/);
    expect(screen().join('\n')).toMatch(/Signing secret: whsec_\S{44}/);
    receiver.script.push(500);
    await arrive('com.example.one');
    await shows(/500, again in 1 s.*com\.example\.one.*the receiver failed/);
    await shows(/s skips/);
    await shows(/204 .*com\.example\.one.*attempt 2/);
    // The attempts of an event share a row.
    expect(rows(/com\.example\.one/)).toHaveLength(1);
    expect(output).toContain('\u001b[31m');

    press('r');
    await shows(/204 .*com\.example\.one.*again/);
    expect(receiver.received).toHaveLength(3);
    expect(receiver.received[2]?.headers['webhook-id']).toBe(receiver.received[1]?.headers['webhook-id']);

    press('p');
    await shows(/● paused/);
    await arrive('com.example.two');
    await shows(/1 waiting/);
    expect(receiver.received).toHaveLength(3);
    receiver.script.push(...Array.from({ length: 20 }, () => 503));
    press('p');
    await shows(/503, again in 1 s.*com\.example\.two/);
    press('s');
    await shows(/skipped .*com\.example\.two/);
    await shows(/1 delivered, 1 skipped/);
    receiver.script.length = 0;

    for (let n = 0; n < 30; n += 1) await arrive('com.example.many', `日本語 ${'x'.repeat(n * 10)}`);
    await until('all of them', () => receiver.received.length >= 34);
    await shows(/0 waiting, 31 delivered/);
    const table = screen().slice(-ROWS);
    for (const line of table) expect([line, width(line) < COLUMNS]).toEqual([line, true]);
    expect(rows(/com\.example\.many/).length).toBeLessThan(ROWS);

    const endedAtMs = Date.now();
    press('q');
    await once(terminal, 'close');
    expect(terminal.exitCode).toBe(0);
    // It waits for what is under way, and not for the time that this may take.
    expect(Date.now() - endedAtMs).toBeLessThan(2_500);
    expect(screen().join('\n')).not.toContain('q quits');
    expect((await api.call('GET', '/v1/tenants/my-app/listeners/ada')).body).not.toHaveProperty('session');
  },
);

test.runIf(hasTerminals)(
  'f edits the filter of its streams, and leaves it where that does not compile',
  async () => {
    listen('--filter', 'root = this');
    await shows(/● listening/);
    const filter = async () =>
      (await api.call('GET', '/v1/tenants/my-app/listeners/ada')).body.sources[0].filter;
    expect(await filter()).toBe('root = this');
    press('f');
    await shows(/Filter .*: root = this$/);
    // Ctrl-U deletes the current text.
    press('\u0015root = (\r');
    await shows(/The filter is as it was/);
    expect(await filter()).toBe('root = this');
    press('f');
    await shows(/Filter .*: root = this$/);
    press('.a\r');
    await shows(/The filter holds for what comes from now on/);
    expect(await filter()).toBe('root = this.a');
    press('f');
    // One line printed before, and one to edit.
    await until('the filter to be there', () => rows(/Filter .*: root = this\.a$/).length === 2);
    press('\u0015\r');
    await shows(/Every event passes/);
    expect(await filter()).toBeNull();
    await shows(/● listening/);
    // Ctrl-C arrives as a key, because the terminal is in raw mode.
    press('\u0003');
    await once(terminal, 'close');
    expect(terminal.exitCode).toBe(0);
  },
);

test.runIf(hasTerminals)('what events hold is shown, and not obeyed', async () => {
  listen();
  await shows(/● listening/);
  await arrive('com.example.\u001b[2Jhostile', 'a\u202eb\r\nc');
  await shows(/\\u\{1b\}\[2Jhostile/);
  await shows(/a\\u\{202e\}b/);
  press('q');
  await once(terminal, 'close');
});

function width(line: string): number {
  return [...line].reduce((sum, character) => sum + (/[\u3000-\u9fff]/.test(character) ? 2 : 1), 0);
}
