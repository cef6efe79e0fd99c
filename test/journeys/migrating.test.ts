import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalRun, temporaryState } from '../support/local-run.ts';

// The test types docs/migrating.md on a local run, command after command, and compares the output with what the page shows.
// What differs from run to run (ids, ports, secrets) is replaced on both sides.

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/migrating.md'), 'utf8');
const BLOCK = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm;

/** Every command and curl of the pilot's manual. */
const MANUAL = [
  'heroku events:publications:salesforce:create systemStatus -t "/event/System_Status__e" -A example-org -a herokuevents-app',
  'heroku events:publications:webhook:create systemStatus -u "https://herokuevents-app.herokuapp.com/webhooks" -a herokuevents-app',
  'heroku events:publications:datacloud:create ordersDataTarget -a herokuevents-app -c "SalesConnector" --object "Orders" -A example-org',
  'heroku events:streams:create subAccountChange pubAccountChange -a herokuevents-app',
  'heroku events:streams:destroy subAccountChange pubAccountChange -a herokuevents-app',
  'heroku events:generate my-generator -i "1m" -m "root.timestamp = timestamp_unix()" -a herokuevents-app',
  `curl -v -X POST $(heroku config:get HEROKUEVENTS_PUBLISH_URL)/publishInboundHerokuEventsPilot \\
--header "Content-Type: application/json" \\
--data '{"Context__c":{"string":"subscription"},"CreatedById":"005Ws000001eUtGIAU","CreatedDate":1733842936}'`,
];

interface Typed {
  readonly command: string;
  readonly output: string;
}

const state = temporaryState();
const folder = mkdtempSync(join(tmpdir(), 'sluice-migrating-'));
const variables: Record<string, string> = {};
let run: LocalRun;

beforeAll(async () => {
  run = await LocalRun.start(state.dir);
  mkdirSync(join(folder, 'bin'));
  for (const name of ['heroku', 'sluice']) {
    const file = join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, 'bin/run.js')} "$@"\n`);
    chmodSync(file, 0o755);
  }
  await run.api('POST', '/v1/apps', { name: 'my-app' });
});

afterAll(async () => {
  await run.end('SIGKILL');
  state.remove();
  rmSync(folder, { recursive: true });
});

function typedOn(page: string): Typed[] {
  return [...page.matchAll(BLOCK)]
    .filter(([, language]) => language === 'console')
    .flatMap(([, , , text = '']) => text.split(/^\$ /m).slice(1))
    .map((text) => {
      // A line that ends with a backslash continues on the next one.
      const [command = ''] = /^(?:.*\\\n)*.*/.exec(text) ?? [];
      return { command, output: text.slice(command.length + 1) };
    });
}

/** The command's output on both streams. */
function type(command: string, isTerminal: boolean): Promise<string> {
  const [program, args] = isTerminal
    ? ['script', ['-qec', command, '/dev/null']]
    : ['bash', ['-c', `{ ${command}\n} 2>&1`]];
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...process.env,
      ...variables,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      SLUICE_STATE: state.dir,
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', () => settle(output));
  });
}

/** Clicks Allow in the browser, as soon as the app's login is pending. */
async function logIn(app: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { json } = await run.api('GET', `/v1/tenants/${app}/authorizations/example-org`);
    const extra = json['extra'] as { readonly redirect_uri?: string } | null | undefined;
    if (typeof extra?.redirect_uri === 'string') {
      const page = await (await fetch(extra.redirect_uri)).text();
      const ticket = /name="ticket" value="([^"]+)"/.exec(page)?.[1] ?? '';
      const allowed = await fetch(new URL('/services/oauth2/consent', extra.redirect_uri), {
        method: 'POST',
        body: new URLSearchParams({ ticket, decision: 'allow' }),
      });
      expect(allowed.status).toBe(200);
      return;
    }
    await sleep(50);
  }
  throw new Error('expected a login that is waited for');
}

/** Replaces what differs from run to run. */
function comparable(output: string, command: string): string {
  const lines = stripVTControlCharacters(output).replaceAll('\r', '').split('\n');
  const told = command.startsWith('curl')
    ? lines.filter((line) => /^< HTTP|^\{/.test(line) && !line.startsWith('{ ['))
    : // A terminal overwrites its progress line.
      lines.filter((line, at) => !/\.\.\.( \S)?$/.test(line) || lines[at + 1] === undefined);
  return (
    told
      .join('\n')
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      .replaceAll(/authorize\?\S+/g, 'authorize?…')
      .replaceAll(/whsec_\S+/g, 'whsec_…')
      .replaceAll(/\S+\/credentials\.json/g, '.sluice/credentials.json')
      // The duration stands in between.
      .replaceAll(
        /(?:^Heroku Events: Waiting for authentication\.\.\..*\n?)+/gm,
        'Heroku Events: Waiting for authentication... done\n',
      )
      .trim()
  );
}

it('the page has every command and curl of the manual, letter for letter', () => {
  const commands = typedOn(PAGE).map(({ command }) => command);
  expect(commands).toEqual(expect.arrayContaining(MANUAL));
});

it('what the page shows is what is printed', async () => {
  for (const [, language, name, text = ''] of PAGE.matchAll(BLOCK)) {
    if (language === 'json' && name !== undefined) writeFileSync(join(folder, name), text);
  }
  expect(existsSync(join(folder, 'subscriptions.json'))).toBe(true);
  const shown: Typed[] = [];
  const printed: Typed[] = [];
  for (const { command, output } of typedOn(PAGE)) {
    const exported = /^export (\w+)=(.*)$/.exec(command);
    if (exported !== null) variables[exported[1] ?? ''] = exported[2] ?? '';
    // The script of this name in PATH replaces the function.
    if (exported !== null || command.startsWith('heroku()')) continue;
    const isLogin = command.includes(':authorizations:salesforce:create');
    const [said] = await Promise.all([
      // A person's browser opens by itself.
      type(isLogin ? `${command} --browser /bin/true` : command, command.includes(':webhook:create')),
      ...(isLogin ? [logIn('herokuevents-app')] : []),
    ]);
    shown.push({ command, output: comparable(output, command) });
    printed.push({ command, output: comparable(said, command) });
    if (said.includes('To log in to example-org')) await logIn('my-app');
  }
  expect(printed).toEqual(shown);
  expect(printed.length).toBeGreaterThan(15);
}, 180_000);
