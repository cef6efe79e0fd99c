// Runs the scripts as people run them: a process, its input and its output.

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

describe('bloblang-lines, on lines that are odd', () => {
  it('ends a line at a line feed only, with or without a carriage return, and at the end of the input', () => {
    const lines = ['{"id":1,"mapping":"root = \\"a\u2028b\\""}\r', '', '  ', '{"id":2,"mapping":"root = 2"}'];
    const { stdout, status } = run('bloblang-lines.ts', [], lines.join('\n'));
    expect(status).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { id: 1, output_raw: 'a\u2028b' },
      { id: 2, output_raw: '2' },
    ]);
  });

  it('preserves the text of numbers', () => {
    const { stdout } = run(
      'bloblang-lines.ts',
      [],
      '{"id":1.0,"mapping":"root = @k","meta":{"k":9007199254740993}}',
    );
    expect(stdout).toBe(
      '{"id":1.0,"outcome":"output","output_raw":"9007199254740993","meta":{"k":9007199254740993},"error":null}\n',
    );
  });

  it('reads a line of megabytes and many lines', () => {
    const huge = JSON.stringify({
      id: 'huge',
      mapping: 'root = this.length()',
      input_raw: JSON.stringify('x'.repeat(3e6)),
    });
    const many = Array.from({ length: 3_000 }, (_, id) => JSON.stringify({ id, mapping: 'root = 1' }));
    const { stdout } = run('bloblang-lines.ts', [], [huge, ...many, ''].join('\n'));
    const answers = stdout.trim().split('\n');
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ id: 'huge', output_raw: '3000000' });
    expect(answers).toHaveLength(3_001);
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

  it.each([
    ['/no/such/file.json', 'ENOENT'],
    ['README.md', 'JSON'],
    ['package.json', 'expected a JSON array of vectors'],
  ])('says what is wrong with %s', (file, reason) => {
    const { stderr, status } = run('bloblang-conformance.ts', [file]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${file}: `);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
  });
});
