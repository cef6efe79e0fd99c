import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// Two installations and an org, all real processes or servers: the export of one sets up the other, whatever dies
// meanwhile.

const ROOT = resolve(import.meta.dirname, '../..');
const WEBHOOKS = 8;
const folder = mkdtempSync(join(tmpdir(), 'sluice-as-code-'));
const setupFile = join(folder, 'sluice.yaml');
const states = [temporaryState(), temporaryState(), temporaryState()];
const runs: LocalRun[] = [];
let org: SalesforceSimulator;
let receiver: Receiver;
let exported: string;

beforeAll(async () => {
  org = await startSalesforceSimulator({ httpPort: 0, grpcPort: 0 });
  receiver = await startReceiver();
  process.env['ORG_CLIENT_SECRET'] = org.credentials.clientSecret;
  process.env['HOOK0_TOKEN'] = 'S3CRET-token';
});

afterAll(async () => {
  for (const run of runs) await run.end('SIGKILL');
  await receiver.close();
  await org.close();
  for (const state of states) state.remove();
  rmSync(folder, { recursive: true });
});

async function start(at: number, ...args: string[]): Promise<LocalRun> {
  const run = await LocalRun.start(states[at]?.dir ?? '', '--no-demo', ...args);
  runs.push(run);
  return run;
}

async function done(run: LocalRun, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run.sluice(...args, '-a', 'shop');
  expect(code, stderr).toBe(0);
  return stdout;
}

function setupText(): string {
  const names = Array.from({ length: WEBHOOKS }, (_, at) => `hook${at}`);
  return `sluice: 1
authorizations:
  org:
    flow: client-credentials
    login_url: ${org.httpUrl}
    client_id: ${org.credentials.clientId}
    client_secret: { env: ORG_CLIENT_SECRET }
    pubsub_endpoint: ${org.grpcAddress}
    insecure: true
subscriptions:
  status: { platform: salesforce, topic: /event/System_Status__e, alias: org, replay: earliest }
  clock: { platform: generate, interval: 31d, mapping: root.at = now() }
publications:
  quotes: { platform: salesforce, topic: /event/QuoteGenerationComplete__e, alias: org }
${names.map((name, at) => `  ${name}: { platform: webhook, url: "${receiver.url}/${name}"${at === 0 ? ', token: { env: HOOK0_TOKEN }' : ', retry: [2m]'} }`).join('\n')}
streams:
  - { source: clock, target: quotes }
${names.map((name) => `  - { source: status, target: ${name}, filter: 'root = if this.Status__c == "up" { this } else { deleted() }' }`).join('\n')}
`;
}

const apply = ['apply', setupFile, '--secret-folder', join(folder, 'secrets')];

describe('an app from its exported file in an empty installation', () => {
  it('gives the same file byte for byte', async () => {
    const first = await start(0);
    await first.app('shop');
    writeFileSync(setupFile, setupText());
    await done(first, ...apply);
    exported = await done(first, 'export');
    expect(exported).not.toContain('S3CRET');
    writeFileSync(setupFile, exported);
    await first.end('SIGINT');

    const second = await start(1);
    await second.app('shop');
    expect(await done(second, ...apply)).toContain(`Plan: ${5 + 2 * WEBHOOKS} to create.`);
    expect(await done(second, 'export')).toBe(exported);
  });

  it('works as the first did: its events come, with the token of the file', async () => {
    org.publishPlatformEvent('System_Status__e', { Status__c: 'down' });
    org.publishPlatformEvent('System_Status__e', { Status__c: 'up' });
    await receiver.until((received) => new Set(received.map(({ path }) => path)).size === WEBHOOKS);
    const [hook] = receiver.received.filter(({ path }) => path.endsWith('/hook0'));
    expect(hook?.headers['authorization']).toBe('Bearer S3CRET-token');
    expect(receiver.received.every(({ body }) => body.includes('"up"'))).toBe(true);
  });

  it('has nothing to do the second time', async () => {
    const second = runs.at(-1);
    if (second === undefined) throw new Error('expected a run');
    const before = await second.api('GET', '/v1/tenants/shop/publications');
    expect(await done(second, ...apply)).toBe(`Plan: ${5 + 2 * WEBHOOKS} unchanged.\n`);
    expect(await second.api('GET', '/v1/tenants/shop/publications')).toEqual(before);
  });
});

it('the command is killed, then the service: repeating ends where it would have ended', async () => {
  let run = await start(2);
  await run.app('shop');
  const port = new URL(run.origin).port;
  /** Kills what `kill` names as soon as this many steps have begun. */
  const interrupted = async (
    steps: number,
    kill: (command: { kill(signal: 'SIGKILL'): unknown }) => Promise<unknown>,
  ) => {
    const command = spawn(process.execPath, ['bin/run.js', ...apply, '-a', 'shop'], {
      cwd: ROOT,
      env: { ...process.env, SLUICE_STATE: run.stateDir, NO_COLOR: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    let killed: Promise<unknown> | undefined;
    command.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (killed === undefined && stderr.split('Creating').length > steps) killed = kill(command);
    });
    const [code] = await once(command, 'close');
    await killed;
    return { code, stderr };
  };
  const streams = async () => (await run.api('GET', '/v1/tenants/shop/streams')).json as unknown as unknown[];

  await interrupted(4, async (command) => command.kill('SIGKILL'));
  expect(await streams()).toEqual([]);
  const { code, stderr } = await interrupted(4, () => run.end('SIGKILL'));
  expect(code).toBe(1);
  expect(stderr).toContain('steps were done, and none after it was tried');
  run = await start(2, '--port', port);
  expect(await done(run, ...apply)).toMatch(/Plan: \d+ to create, \d+ unchanged\./);
  expect(await done(run, 'export')).toBe(exported);
});
