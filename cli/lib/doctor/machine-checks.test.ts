import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import type { LocalRun } from '../local-run.ts';
import { machineChecks } from './machine-checks.ts';

/** What is found with a service whose clock is so far ahead of ours. */
async function found(aheadMs: number | undefined, localRun?: LocalRun) {
  const server = createServer((_request, response) => {
    response.sendDate = false;
    if (aheadMs !== undefined) response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
    response.end();
  });
  const origin = await listenOnLoopback(server);
  try {
    const checks = await machineChecks(origin, localRun);
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  } finally {
    await stopServer(server);
  }
}

function aRun(more: Partial<LocalRun> = {}): LocalRun {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-state-'));
  for (const name of ['admin.json', 'key', 'local.json'])
    writeFileSync(join(folder, name), '', { mode: 0o600 });
  return {
    folder,
    file: join(folder, 'local.json'),
    apiUrl: 'http://127.0.0.1:1',
    adminToken: 'slc_adm_x',
    app: undefined,
    pid: process.pid,
    ...more,
  };
}

describe('the machine', () => {
  it('is well', async () => {
    expect(await found(0, aRun())).toMatchObject({
      Node: { outcome: 'ok', found: process.versions.node },
      clock: { outcome: 'ok', found: expect.stringContaining('within 1 s') },
      'local run': { outcome: 'ok' },
      state: { outcome: 'ok', found: expect.stringMatching(/MiB free$/) },
    });
    expect(Object.keys(await found(0))).toEqual(['Node', 'clock']);
  });

  it.each([
    [130_000, /^1[23]\d s behind the service's$/],
    [-130_000, /^1[23]\d s ahead of the service's$/],
    [undefined, /says no time/],
  ])('has a clock that is wrong by %s ms', async (aheadMs, message) => {
    const { clock } = await found(aheadMs);
    expect(clock).toMatchObject({ outcome: 'problem', found: expect.stringMatching(message) });
    expect(clock?.whatToDo).toContain('NTP');
  });

  it('cannot reach the service', async () => {
    const [, clock] = await machineChecks('http://127.0.0.1:1', undefined);
    expect(clock).toMatchObject({ name: 'clock', outcome: 'problem' });
  });

  it('has a local run whose process is gone', async () => {
    const checks = await found(0, aRun({ pid: 2 ** 22 + 1 }));
    expect(checks['local run']).toMatchObject({
      outcome: 'problem',
      whatToDo: expect.stringContaining('npm start'),
    });
  });

  it('lets others read what opens the installation', async () => {
    const run = aRun();
    chmodSync(join(run.folder, 'key'), 0o644);
    const { state } = await found(0, run);
    expect(state).toMatchObject({ outcome: 'problem', found: `others may read key in ${run.folder}` });
    expect(state?.whatToDo).toContain(`chmod 600 ${join(run.folder, 'key')}`);
  });

  it('has a state folder that is gone', async () => {
    const { state } = await found(0, aRun({ folder: '/nowhere' }));
    expect(state).toMatchObject({ outcome: 'problem', found: expect.stringContaining('ENOENT') });
  });
});
