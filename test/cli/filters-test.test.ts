import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Ended, runSluice, unwrapped } from './run-sluice.ts';

// No service is needed: the command runs the same engine as the streams.

const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
const CLOSED = 'root = if this.Amount > 100000 { this } else { deleted() }';

function tryFilter(args: readonly string[], stdin = ''): Promise<Ended> {
  return runSluice(['events:filters:test', ...args], { cwd: folder, env: { HOME: folder }, stdin });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('without an event the built-in change event is filtered, 64-bit integers exact', async () => {
  const { code, stdout, stderr } = await tryFilter(['-f', CLOSED]);
  expect(code).toBe(0);
  expect(stderr).toContain('the built-in change event');
  expect(stdout).toContain('"StageName": "Closed Won"');
  expect(stdout).toContain('"commitNumber": 1736877279422521345');
});

test('an event that the filter drops is said to be dropped', async () => {
  const ended = await tryFilter(['-f', CLOSED], '{"Amount": 5}');
  expect(ended).toEqual({ code: 0, stdout: 'dropped\n', stderr: '' });
});

test('the mapping may come from a file, and a CloudEvent is filtered by its data', async () => {
  const filter = file('name.blobl', 'root.name = this.Name\n');
  const event = file(
    'event.json',
    JSON.stringify({ specversion: '1.0', id: '1', data: { Name: 'Acme', Amount: 1 } }),
  );
  const { code, stdout } = await tryFilter(['--filter-file', filter, '--event-file', event]);
  expect({ code, data: JSON.parse(stdout) }).toEqual({ code: 0, data: { name: 'Acme' } });
});

test('a mapping that does not compile is shown with its line, and a caret below the place', async () => {
  const { code, stdout, stderr } = await tryFilter(['-f', 'root = this\nroot.x = this.no_such_method()']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const [message = '', line = '', caret = ''] = stderr.split('\n');
  expect(message).toContain('line 2 char');
  expect(line).toContain('root.x = this.no_such_method()');
  const column = Number(/char (\d+)/.exec(message)?.[1]);
  expect(caret.indexOf('^') - line.indexOf('root.x')).toBe(column - 1);
});

test('a mapping that reaches a limit says which, with exit code 1', async () => {
  const { code, stdout, stderr } = await tryFilter(['-f', 'root = range(0, 400000)'], '{"Amount": 5}');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe('failed assignment (line 1): limit outputBytes: the result is larger than allowed\n');
});

test('a mapping that fails on the event says why, with exit code 1', async () => {
  const { code, stdout, stderr } = await tryFilter(['-f', 'root.x = this.Amount + "a"'], '{"Amount": 5}');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('this.Amount');
});

test('--all filters a file of events line by line, and counts', async () => {
  const events = file('events.jsonl', '{"Amount":200000}\n\n{"Amount":1}\n{"Amount":"x"}\n');
  const { code, stdout, stderr } = await tryFilter(['-f', CLOSED, '--all', '--event-file', events]);
  const lines = stdout.split('\n');
  expect(lines.slice(0, 2)).toEqual(['{"Amount":200000}', 'dropped']);
  expect(lines[2]).toMatch(/^failed: /);
  expect(stderr).toContain('1 kept, 1 dropped, 1 failed');
  expect(code).toBe(1);
});

test('what is not JSON is named by its file and line', async () => {
  const events = file('broken.jsonl', '{"Amount":1}\n{oops\n');
  const { code, stderr } = await tryFilter(['-f', 'root = this', '--all', '--event-file', events]);
  expect(code).toBe(1);
  expect(unwrapped(stderr).replaceAll(' ', '')).toContain('broken.jsonl:2:expectedaneventasJSON');
});

test('neither or both of --filter and --filter-file is a usage error', async () => {
  expect((await tryFilter([])).code).toBe(2);
  expect((await tryFilter(['-f', 'root = this', '--filter-file', 'x'])).code).toBe(2);
});
