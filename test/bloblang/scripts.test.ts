// The scripts as they are run by hand: a process, its input and its output.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;

function run(script: string, args: readonly string[], input = '') {
  return spawnSync(process.execPath, [`scripts/${script}`, ...args], { cwd: ROOT, input, encoding: 'utf8' });
}

describe('bloblang-lines', () => {
  it('answers every line, in order, whatever the others are', () => {
    const questions = [
      '{"id":"a","mapping":"root.n = this.n + 1\\nmeta k = @k.uppercase()","input_raw":"{\\"n\\":1}","meta":{"k":"v"}}',
      'no json',
      '["no object"]',
      '{"id":"b"}',
      '{"id":"c","mapping":"root =","input_raw":null,"meta":{}}',
      '{"id":"d","mapping":"meta k = 1","input_raw":"not json"}',
      '{"id":"e","mapping":"root = deleted()","input_raw":null}',
      '{"id":"f","mapping":"root = this.a","input_raw":null}',
      '{"id":"g","mapping":"root = \\"text\\"","input_raw":null}',
    ];
    const { stdout, status } = run('bloblang-lines.ts', [], `${questions.join('\n')}\n`);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(0);
    expect(answers.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['a', 'output'],
      [null, 'error'],
      [null, 'error'],
      ['b', 'error'],
      ['c', 'compile_error'],
      ['d', 'unchanged'],
      ['e', 'deleted'],
      ['f', 'error'],
      ['g', 'output'],
    ]);
    expect(answers[0]).toEqual({
      id: 'a',
      outcome: 'output',
      output_raw: '{"n":2}',
      meta: { k: 'V' },
      error: null,
    });
    expect(answers[4].error).toBe('line 1 char 7: expected whitespace');
    expect(answers[5]).toMatchObject({ output_raw: 'not json', meta: { k: 1 } });
    expect(answers[7].error).toContain('message is empty');
    expect(answers[8].output_raw).toBe('text');
  });
});

describe('bloblang-docs', () => {
  it('would write what is there already', () => {
    const { stderr, status } = run('bloblang-docs.ts', ['--check']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('bloblang-conformance', () => {
  it('prints a table and what fails', () => {
    const { stdout, status } = run('bloblang-conformance.ts', ['test/bloblang/vectors/probes.json']);
    expect(status).toBe(0);
    expect(stdout).toContain('core + extended, no deviations');
    expect(stdout).toMatch(/\d+ vectors fail at some level/);
  });
});
