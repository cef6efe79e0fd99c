import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManagementApiDouble } from './management-api-double.ts';
import { webhookPublication } from './recorded.ts';
import { runProcess, runSluice } from './run-sluice.ts';

// The completion scripts in their shells, where those are installed. The test plays the shell's part: it calls the function
// with the typed line.

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-completion-'));
const api = new ManagementApiDouble();

beforeAll(async () => {
  writeFileSync(join(folder, 'sluice'), `#!/bin/sh\nexec '${process.execPath}' '${RUN}' "$@"\n`, {
    mode: 0o755,
  });
  await api.start();
});
afterAll(() => api.stop());

function isInstalled(shell: string): boolean {
  const found = spawnSync(shell, ['--version']).status === 0;
  if (!found) console.warn(`SKIPPED: ${shell} is not installed here`);
  return found;
}

async function typed(line: string): Promise<string[]> {
  const script = `source <(sluice completion bash); COMP_LINE="$1"; COMP_POINT=\${#1}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runProcess('bash', ['-c', script, 'bash', line], {
    cwd: folder,
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      HOME: folder,
      SLUICE_API_URL: api.url,
      SLUICE_TOKEN: 'x',
      SLUICE_APP: 'my-app',
    },
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test.runIf(isInstalled('bash'))('bash completes commands, flags, fixed values and names', async () => {
  expect(await typed('sluice con')).toEqual(['config', 'config:get', 'console']);
  // The part after the colon, because bash splits words there.
  expect(await typed('sluice events:streams:cr')).toEqual(['create']);
  expect(await typed('sluice events:status --w')).toEqual(['--watch']);
  expect(await typed('sluice events:deliveries --status re')).toEqual(['rejected']);
  expect(await typed('sluice completion f')).toEqual(['fish']);
  api.answer('GET', '/v1/tenants/my-app/publications', 200, [webhookPublication]);
  expect(await typed('sluice events:publications:info ')).toEqual([webhookPublication.name]);
  // If nobody answers, completion offers and prints nothing.
  expect(await typed('sluice events:publications:info ')).toEqual([]);
});

test.each(['zsh', 'fish'])('%s takes the script', async (shell) => {
  const { code, stdout } = await runSluice(['completion', shell], { env: { HOME: folder } });
  expect(code).toBe(0);
  expect(stdout).toContain('events:streams:create');
  if (!isInstalled(shell)) return;
  const file = join(folder, `script.${shell}`);
  writeFileSync(file, stdout);
  expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
