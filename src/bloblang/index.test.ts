import { describe, expect, it } from 'vitest';
import {
  type CompileOptions,
  compile,
  compileTemplate,
  type Outcome,
  type RunOptions,
  type Value,
} from './index.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';

function run(mapping: string, value: Value, options?: RunOptions, compileOptions?: CompileOptions): Outcome {
  const compiled = compile(mapping, compileOptions);
  if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
  return compiled.program.run(value, options);
}

function given(outcome: Outcome): unknown {
  return outcome.kind === 'output' ? outcome.value : outcome;
}

/** Deeply frozen: any write to it throws, because modules are strict. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}

describe('a run', () => {
  it('returns the input by reference when root is this', () => {
    const event = frozen({ type: 'a' });
    const outcome = run('root = if this.type == "a" { this } else { deleted() }', event);
    expect(outcome.kind === 'output' && outcome.value === event).toBe(true);
  });

  it('drops, keeps and passes unchanged', () => {
    expect(run('root = deleted()', {}).kind).toBe('deleted');
    expect(run('meta k = "v"', {}, { meta: { a: 'b' } })).toEqual({
      kind: 'unchanged',
      meta: { a: 'b', k: 'v' },
    });
  });

  it.each([
    'root = this\nroot.a.b = 2\nroot.list.0 = "x"\nroot.new.deep.er = 1',
    'root = this\nroot.a = deleted()\nroot.list.1 = deleted()',
    'let x = this\nroot.y = $x\nroot.y.a.b = 9\nroot.z = $x',
    'root = this.merge({"a":{"c":1}})\nroot.list = root.list.append(4)',
    'meta = {"m": this.a}\nroot = @m\nroot.b = 5',
  ])('writes nothing to its input: %s', (mapping) => {
    const event = frozen({ a: { b: 1 }, list: [1, 2, 3] });
    const meta = frozen({ k: { v: 1 } });
    expect(run(mapping, event, { meta }).kind).toBe('output');
    expect(event).toEqual({ a: { b: 1 }, list: [1, 2, 3] });
  });

  it('isolates what was read from root from later writes to root', () => {
    expect(
      given(run('root.a.n = 1\nlet before = root.a\nroot.a.n = 2\nroot.before = $before', null)),
    ).toEqual({
      a: { n: 2 },
      before: { n: 1 },
    });
  });

  it('keeps int64 exact beyond what a double holds', () => {
    expect(given(run('root = this.n + 1', { n: 9007199254740993n }))).toBe(9007199254740994n);
    expect(given(run('root = 9223372036854775807 + 1', null))).toBe(-9223372036854775808n);
  });

  it('parses bytes only when the mapping looks at the document', () => {
    const bytes = new TextEncoder().encode('not json');
    const compile1 = compile('root = "static"');
    const compile2 = compile('root = this.a');
    if (!compile1.ok || !compile2.ok) throw new Error('does not compile');
    expect(compile1.program.runBytes(bytes)).toMatchObject({ kind: 'output', value: 'static' });
    expect(compile2.program.runBytes(bytes)).toEqual({
      kind: 'error',
      error:
        "failed assignment (line 1): unable to reference message as structured (with 'this.a'): parse as json: invalid character 'o' in literal null (expecting 'u')",
    });
  });

  it('uses the injected clock and random numbers', () => {
    const environment = { nowNs: () => 1_700_000_000_123_456_789n };
    expect(given(run('root = timestamp_unix_nano()', null, undefined, { environment }))).toBe(
      1_700_000_000_123_456_789n,
    );
  });
});

describe('what does not compile', () => {
  it('is told with line, column, expectation and the line with a caret', () => {
    const compiled = compile('root.ok = 1\nroot.a = this.b.uppercase(');
    if (compiled.ok) throw new Error('it compiles');
    expect(compiled.diagnostics[0]).toEqual({
      line: 2,
      column: 27,
      message: 'required: expected function argument',
      text: 'line 2 char 27: required: expected function argument',
      excerpt: `2 | root.a = this.b.uppercase(\n${' '.repeat(30)}^`,
    });
  });

  it('counts columns in characters, not in UTF-16 units', () => {
    const compiled = compile('root = "😀" +');
    expect(compiled.ok ? undefined : compiled.diagnostics[0].column).toBe(13);
  });

  it.each(['env("HOME")', 'file("x")', 'this.bloblang("root = 1")', 'hostname()', 'count("x")'])(
    'says that %s is left out',
    (query) => {
      const compiled = compile(`root = ${query}`);
      expect(compiled.ok ? '' : compiled.diagnostics[0].message).toContain('is left out of this engine');
    },
  );
});

describe('a limit', () => {
  const text = (length: number) => `root = "${'x'.repeat(length - 9)}"`;
  const brackets = (depth: number) => `root = ${'('.repeat(depth)}1${')'.repeat(depth)}`;
  const map = (depth: number) =>
    `map m { root = if this > 1 { (this - 1).apply("m") } else { 0 } }\nroot = ${depth}.apply("m")`;
  const nest = (depth: number) => `root = range(0, ${depth}).fold(1, item -> [item.tally])`;

  it.each<[name: keyof Limits, limits: Partial<Limits>, within: string, beyond: string]>([
    ['sourceLength', { sourceLength: 50 }, text(50), text(51)],
    ['nesting', { nesting: 20 }, brackets(18), brackets(21)],
    ['valueDepth', { valueDepth: 10 }, nest(10), nest(11)],
    [
      'steps',
      { steps: 100 },
      'root = range(0, 30).map_each(x -> x)',
      'root = range(0, 300).map_each(x -> x)',
    ],
    [
      'allocatedBytes',
      { allocatedBytes: 1_000 },
      'root = "x".repeat(900)',
      'root = "x".repeat(900) + "x".repeat(200)',
    ],
    ['stringBytes', { stringBytes: 100 }, 'root = "x".repeat(100)', 'root = "x".repeat(101)'],
    ['arrayLength', { arrayLength: 10 }, 'root = range(0, 10)', 'root = range(0, 11)'],
    ['outputBytes', { outputBytes: 50 }, 'root = ["x".repeat(20)]', 'root = ["x".repeat(49), 1]'],
    ['mapDepth', { mapDepth: 10 }, map(10), map(11)],
  ])('%s holds on its far side and not on its near side', (name, limits, within, beyond) => {
    const attempt = (mapping: string): string => {
      const compiled = compile(mapping, { limits });
      if (!compiled.ok) return compiled.diagnostics[0].message;
      const outcome = compiled.program.run(null);
      return outcome.kind === 'error' ? `${outcome.limit ?? ''} ${outcome.error}` : outcome.kind;
    };
    expect(attempt(within)).toBe('output');
    expect(attempt(beyond)).toContain(name === 'mapDepth' ? 'exceeded maximum allowed stacks of 10' : name);
  });

  it('has a positive number as its default', () => {
    for (const value of Object.values(DEFAULT_LIMITS)) expect(value).toBeGreaterThan(0);
  });

  it('cannot be caught by the mapping', () => {
    const limits = { steps: 50 };
    for (const fallback of ['.catch("on")', '.or("on")', ' | "on"']) {
      const outcome = run(`root = range(0, 100).map_each(x -> x)${fallback}`, null, undefined, { limits });
      expect(outcome).toMatchObject({ kind: 'error', limit: 'steps' });
    }
  });
});

describe('a template', () => {
  it('puts the texts of its queries in their places', () => {
    const compiled = compileTemplate('id-${! this.a }-${{! not this }}-$${! [1] }');
    if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
    expect(compiled.template.run({ a: 7 })).toEqual({ kind: 'text', text: 'id-7-${! not this }-$[1]' });
  });
});
