// What a bundle of the core tier weighs, and that it runs where there is no Node.
//
// RE2 (`re2js`) is counted apart: with 150 kB it is more than the engine and its core library together, and its size is not ours to change.
// So whoever takes the default front door gets both, and whoever counts bytes takes `without-regex.ts` and loads patterns apart.

import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { REGEX_DEFINITIONS } from './stdlib/registry-regex.ts';
import { compile } from './without-regex.ts';

const CORE_BYTES_MAX = 120_000;
const WITH_RE2_BYTES_MAX = 275_000;

const INDEX = new URL('index.ts', import.meta.url).pathname;
const WITHOUT_REGEX = new URL('without-regex.ts', import.meta.url).pathname;

async function bundle(
  entry: string,
  external: readonly string[] = [],
): Promise<{ readonly bytes: number; readonly text: string }> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    // A browser has no `node:` modules: an import of one fails the build.
    platform: 'browser',
    legalComments: 'none',
    external: [...external],
    write: false,
    logLevel: 'silent',
  });
  const [file] = result.outputFiles;
  return { bytes: file?.contents.length ?? 0, text: file?.text ?? '' };
}

describe('a bundle of the core tier', () => {
  it('stays small', async () => {
    expect((await bundle(WITHOUT_REGEX)).bytes).toBeLessThan(CORE_BYTES_MAX);
    expect((await bundle(INDEX, ['re2js'])).bytes).toBeLessThan(CORE_BYTES_MAX);
    expect((await bundle(INDEX)).bytes).toBeLessThan(WITH_RE2_BYTES_MAX);
  });

  it('has no RE2 and no words of the reference page where it was not asked for', async () => {
    const { text } = await bundle(WITHOUT_REGEX);
    expect(text).not.toContain('RE2JS');
    expect(text).not.toContain('Gives the text with every letter as its capital.');
  });

  it.each([INDEX, WITHOUT_REGEX])(
    'compiles and runs a mapping with nothing of Node around: %s',
    async (entry) => {
      const { text } = await bundle(entry);
      const front = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
      const compiled = front.compile('root = this.a + 1');
      expect(compiled.program.run({ a: 1 })).toMatchObject({ kind: 'output', value: 2 });
    },
  );
});

describe('the front door without regular expressions', () => {
  const source = 'root = this.re_match("^a")';

  it('does not know the methods that take them', () => {
    expect(compile(source)).toMatchObject({
      ok: false,
      diagnostics: [{ message: expect.stringContaining("unrecognised method 're_match'") }],
    });
  });

  it('takes them as further definitions', () => {
    const compiled = compile(source, { definitions: REGEX_DEFINITIONS });
    if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
    expect(compiled.program.run('abc')).toMatchObject({ kind: 'output', value: true });
  });
});
