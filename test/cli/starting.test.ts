import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// What `sluice` and `npm start` check first: which Node runs them, and whether the packages are installed. A preload sets
// `process.versions.node`, in place of an old Node that this computer may not have: run.js decides by nothing else.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-start-'));
const OLD = join(folder, 'old-node.cjs');
writeFileSync(
  OLD,
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });\n",
);

/** A checkout that contains what starts the programs, and its own Node if one is given. */
function checkout(name: string, ownNode: string | undefined): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'cli'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  mkdirSync(join(root, 'local'));
  for (const file of ['bin/run.js', 'bin/prerequisites.js', 'local/start.js']) {
    copyFileSync(join(ROOT, file), join(root, file));
  }
  if (ownNode !== undefined) {
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
    writeFileSync(join(root, 'node_modules', '.bin', 'node'), ownNode);
    chmodSync(join(root, 'node_modules', '.bin', 'node'), 0o755);
  }
  return root;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const runOld = (script: string): Ended => run('--require', OLD, script, 'apps', '--json');

function run(...args: readonly string[]): Ended {
  try {
    const stdout = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' });
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof Error && 'status' in error && 'stderr' in error && 'stdout' in error)) throw error;
    return { code: Number(error.status), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

test('on an older Node the command is started again with the repository’s own', () => {
  const root = checkout('with-node', '#!/bin/sh\nshift\necho "own node: $@, $SLUICE_RESTARTED"\nexit 7\n');
  expect(runOld(join(root, 'bin/run.js'))).toEqual({
    code: 7,
    stdout: 'own node: apps --json, 1\n',
    stderr: '',
  });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends what was started again, too', async (signal) => {
  const name = signal.slice(3);
  const root = checkout(
    `with-node-${name}`,
    `#!/bin/sh\ntrap 'exit 7' ${name}\necho up\nwhile :; do sleep 0.05; done\n`,
  );
  const started = spawn(process.execPath, ['--require', OLD, join(root, 'bin/run.js'), 'apps'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(started.stdout, 'data');
  started.kill(signal);
  expect(await once(started, 'exit')).toEqual([7, null]);
});

test('on an older Node without another one, one line says what is needed', () => {
  const { code, stdout, stderr } = runOld(join(checkout('without-node', undefined), 'bin/run.js'));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^sluice needs Node 22\.18 or newer, found 20\.20\.2: .*npm ci.*\n$/);
});

test('npm start before npm ci says that in one line, on any Node', () => {
  const script = join(checkout('not-installed', undefined), 'local/start.js');
  for (const ended of [runOld(script), run(script)]) {
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^expected the packages to be installed, found none: run npm ci in .*\n$/);
  }
});

test('a Node that is too old for npm start is named in one line', () => {
  const { code, stderr } = runOld(join(checkout('installed', '#!/bin/sh\n'), 'local/start.js'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^expected Node 22\.18 or newer, found 20\.20\.2: start it with npm start.*\n$/);
});

test('a package that is missing is named in one line, by both', () => {
  const root = checkout('half-installed', '#!/bin/sh\n');
  for (const [script, imports] of [
    ['bin/run.js', 'cli/launch.ts'],
    ['local/start.js', 'local/main.ts'],
  ] as const) {
    writeFileSync(join(root, imports), "import '@acme/missing';\n");
    const { code, stderr } = run(join(root, script));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^expected the packages to be installed, found that @acme\/missing is missing: run npm ci in .*\n$/,
    );
  }
});
