// What a bundle of the core tier weighs, and that it runs where there is no Node.
//
// RE2 (`re2js`) is counted apart: with 150 kB it is more than the engine and its core library together, a bundle shares it with whoever
// else uses it, and its size is not ours to change.

import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const CORE_BYTES_MAX = 180_000;
const WITH_RE2_BYTES_MAX = 335_000;

async function bundle(
  external: readonly string[],
): Promise<{ readonly bytes: number; readonly text: string }> {
  const result = await build({
    entryPoints: [new URL('index.ts', import.meta.url).pathname],
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
    expect((await bundle(['re2js'])).bytes).toBeLessThan(CORE_BYTES_MAX);
    expect((await bundle([])).bytes).toBeLessThan(WITH_RE2_BYTES_MAX);
  });

  it('compiles and runs a mapping with nothing of Node around', async () => {
    const { text } = await bundle([]);
    const front = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
    const compiled = front.compile('root = this.a + 1');
    expect(compiled.program.run({ a: 1 })).toMatchObject({ kind: 'output', value: 2 });
  });
});
