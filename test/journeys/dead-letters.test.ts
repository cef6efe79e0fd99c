import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import { makeSqliteEngine, type SqliteEngine } from '../../src/adapters/sqlite/engine.ts';
import { jsonOutputFaults } from '../cli/json-output.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// The local run unchanged, with the command line in front of it. Unreadable messages are written into the file itself,
// which another process may open: no use of the product creates such a message.

const state = temporaryState();
const home = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
let host: LocalHost;
let file: SqliteEngine;

beforeAll(async () => {
  const local = new LocalState(state.dir);
  host = await startLocalHost({ port: 0, state: local });
  file = makeSqliteEngine(local.path('sluice.db'));
});

afterAll(async () => {
  await host.stop();
  file.close();
  state.remove();
});

async function sluice(line: string, token = host.adminToken) {
  const env = { HOME: home, SLUICE_API_URL: host.url, SLUICE_TOKEN: token, SLUICE_APP: 'shop' };
  return runSluice(line.split(' '), { cwd: home, env });
}

async function listed(): Promise<readonly { readonly id: string; readonly queue: string }[]> {
  const { stdout } = await sluice('events:dead-letters --json');
  expect(jsonOutputFaults('events:dead-letters', stdout)).toEqual([]);
  return JSON.parse(stdout);
}

it('shows on a laptop what could not be read, and puts it back', async () => {
  const created = await sluice('apps:create shop --json');
  const appToken = /slc_app_[\w-]+/.exec(created.stdout)?.[0] ?? '';
  expect(await listed()).toEqual([]);

  await file.deliveryQueue.send([{ body: 'no header', groupId: 'g' }]);
  await until('a dead letter', async () => (await listed()).length === 1);
  const [first] = await listed();
  const info = await sluice(`events:dead-letters:info ${first?.id}`);
  expect(info.stdout).toMatch(/^Reason: +expected a JSON header on the first line of the message$/m);
  expect(info.stdout).toMatch(/=== Body\n\nno header\n$/);
  expect((await sluice('events:status')).stdout).toMatch(/=== Dead letters of all apps.*\n\nDeliveries: 1\n/);
  expect((await sluice('events:status', appToken)).stdout).not.toContain('Dead letters');
  expect(await sluice('events:dead-letters', appToken)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('expected an administration token'),
  });

  // Still nobody can read it: it comes back as another one.
  expect(await sluice(`events:dead-letters:redrive ${first?.id}`)).toMatchObject({ code: 0 });
  await until('it to come back', async () => (await listed()).some(({ id }) => id !== first?.id));
  expect((await sluice('events:dead-letters:redrive --all')).stderr).toContain('done, 1 redriven');
  await until('it to come back again', async () => (await listed()).length === 1);

  // A dead letter with another reason stays when a filter asks for something else.
  await file.deliveryQueue.send([{ body: '{"v":2}', groupId: 'g' }]);
  await until('another', async () => (await listed()).length === 2);
  expect((await sluice('events:dead-letters --reason version --json')).stdout).toContain('version 1');
  expect((await sluice('events:dead-letters:discard --reason JSON --dry-run')).stderr).toBe(
    'Found 1 dead letter that matches.\n',
  );
  expect((await sluice('events:dead-letters:discard --reason JSON -c dead-letters')).stderr).toContain(
    'done, 1 discarded',
  );
  const [left, ...others] = await listed();
  expect(others).toEqual([]);
  expect(await sluice(`events:dead-letters:discard ${left?.id} -c dead-letters`)).toMatchObject({ code: 0 });
  expect(await listed()).toEqual([]);
  expect(await sluice('events:dead-letters --app nobody')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('expected the name or id of an app, found "nobody"'),
  });
});
