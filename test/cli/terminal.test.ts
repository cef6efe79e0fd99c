import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManagementApiDouble } from './management-api-double.ts';
import { webhookPublication } from './recorded.ts';
import { type Ended, runProcess } from './run-sluice.ts';

// At a real pseudo-terminal, created by `script` from util-linux. It merges stdout and stderr, as a person sees them.

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'sluice-terminal-'));
const api = new ManagementApiDouble();
const TENANT = '/v1/tenants/my-app';
const BOLD = '\u001b[1m';

const hasTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
if (!hasTerminals) console.warn('SKIPPED: there is no script of util-linux here');

beforeAll(() => api.start());
afterAll(() => api.stop());

interface Typed {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly apiUrl?: string;
  readonly keys?: string;
}

function atTerminal(
  line: string,
  { env = {}, columns = 100, apiUrl = api.url, keys }: Typed = {},
): Promise<Ended> {
  const command = `stty cols ${columns}; exec '${process.execPath}' '${RUN}' ${line}`;
  return runProcess('script', ['-qec', command, '/dev/null'], {
    cwd: home,
    ...(keys !== undefined && { stdin: keys }),
    // An empty NO_COLOR counts as absent.
    env: {
      HOME: home,
      TERM: 'xterm',
      NO_COLOR: '',
      SLUICE_API_URL: apiUrl,
      SLUICE_TOKEN: 'x',
      SLUICE_APP: 'my-app',
      ...env,
    },
  });
}

test.runIf(hasTerminals)('titles are bold on a terminal, and plain with NO_COLOR', async () => {
  for (const [env, isBold] of [
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ] as const) {
    api.answer('GET', `${TENANT}/publications`, 200, [webhookPublication]);
    const { code, stdout } = await atTerminal('events:publications', { env });
    expect(code).toBe(0);
    expect(stdout.includes(BOLD)).toBe(isBold);
  }
});

test.runIf(hasTerminals)('tables fit the terminal, whatever its width', async () => {
  for (const columns of [70, 200]) {
    api.answer('GET', `${TENANT}/publications`, 200, [webhookPublication]);
    const { stdout } = await atTerminal('events:publications', { columns, env: { NO_COLOR: '1' } });
    // The title is the pilot's, in one line.
    const lines = stdout.split('\r\n').filter((line) => !line.startsWith('==='));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  }
});

test.runIf(hasTerminals)('an answer that takes longer than a second is waited for aloud', async () => {
  const slow = createServer((_request, response) => setTimeout(() => response.end('[]'), 1_800));
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const address = slow.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const host = `127.0.0.1:${address.port}`;
  const { code, stdout } = await atTerminal('events:publications', { apiUrl: `http://${host}` });
  slow.close();
  expect(code).toBe(0);
  expect(stdout).toContain(`Waiting for ${host}...`);
  expect(stdout).toContain('No Heroku Events publications for app my-app.');
});

test.runIf(hasTerminals)('a confirmation that is not given leaves things as they are', async () => {
  api.requests.length = 0;
  api.answer('GET', `${TENANT}/publications/crm`, 200, webhookPublication);
  const { code, stdout } = await atTerminal('events:publications:destroy crm', { keys: 'other\n' });
  expect(code).toBe(1);
  expect(stdout).toContain('To proceed, type my-app');
  expect(api.requests.map(({ method }) => method)).toEqual(['GET']);
});
