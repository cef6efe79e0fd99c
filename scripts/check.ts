// `npm run check`: runs every `check:…` script of package.json, two at a time, and reports each result. All of them run, so
// that one round shows everything that needs fixing.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The type checker and the type-aware linter take a core each. */
const CONCURRENCY = 2;

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);
const checks = Object.entries(scripts).filter(([name]) => name.startsWith('check:'));
if (checks.length === 0) throw new Error('expected check:… scripts in package.json, found none');

const failed: string[] = [];
const waiting = [...checks];
await Promise.all(Array.from({ length: CONCURRENCY }, work));
console.log(failed.length === 0 ? `${checks.length} checks passed` : `failed: ${failed.join(', ')}`);
if (failed.length > 0) process.exitCode = 1;

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, command] = next;
    const startedAtMs = Date.now();
    const { ok, output } = await run(command);
    const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1);
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
    if (!ok) {
      failed.push(name);
      console.log(output.trimEnd().replaceAll(/^/gm, '    '));
    }
  }
}

function run(command: string): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve, reject) => {
    // The repository's own tools and the current Node, even if npm did not start this script.
    const path = `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
    const child = spawn(command, { cwd: ROOT, shell: true, env: { ...process.env, PATH: path } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
