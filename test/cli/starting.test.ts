import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Which Node runs the command. `process.versions.node` is set by a preload, in place of an old Node that this computer
// may not have: what run.js decides hangs on nothing else.

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-start-'));
const OLD = join(folder, 'old-node.cjs');
writeFileSync(
  OLD,
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });\n",
);

/** A checkout that holds run.js, and a Node of its own where one is given. */
function checkout(name: string, ownNode: string | undefined): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'cli'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  copyFileSync(RUN, join(root, 'bin', 'run.js'));
  if (ownNode !== undefined) {
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
    writeFileSync(join(root, 'node_modules', '.bin', 'node'), ownNode);
    chmodSync(join(root, 'node_modules', '.bin', 'node'), 0o755);
  }
  return join(root, 'bin', 'run.js');
}

function runOld(script: string): { code: number; stdout: string; stderr: string } {
  try {
    const stdout = execFileSync(process.execPath, ['--require', OLD, script, 'apps', '--json'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof Error && 'status' in error && 'stderr' in error && 'stdout' in error)) throw error;
    return { code: Number(error.status), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

test('on an older Node the command is started again with the repository’s own', () => {
  const script = checkout('with-node', '#!/bin/sh\nshift\necho "own node: $@, $SLUICE_RESTARTED"\nexit 7\n');
  expect(runOld(script)).toEqual({ code: 7, stdout: 'own node: apps --json, 1\n', stderr: '' });
});

test('on an older Node without another one, one line says what is needed', () => {
  const { code, stdout, stderr } = runOld(checkout('without-node', undefined));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^sluice needs Node 22\.18 or newer, found 20\.20\.2: .*npm ci.*\n$/);
});
