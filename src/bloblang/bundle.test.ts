import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

// The engine also runs in browsers. For that platform esbuild refuses `node:` modules. The test's context has the
// language itself and the few interfaces that every browser has, but nothing of Node, and it refuses to compile code
// from strings.

const ENTRY = `
export { compile, encodeJson } from './index.ts';
export { EXTENDED_DEFINITIONS } from './stdlib/registry-extended.ts';
`;

/**
 * The browser interfaces that the engine uses. The context has its own typed arrays, so bytes are copied in and out.
 */
const BROWSER = `
globalThis.TextEncoder = class { encode(text) { return Uint8Array.from(host.encode(text)); } };
globalThis.TextDecoder = class { decode(bytes) { return host.decode(bytes); } };
globalThis.crypto = { getRandomValues: (array) => array.fill(7) };
`;

const MAPPINGS = [
  ['root = this.a + 1', '2'],
  ['root = "foo bar".re_replace_all("o+", "0")', '"f0 bar"'],
  ['root = "abc".hash("sha256").encode("hex").slice(0, 8)', '"ba7816bf"'],
  ['root = uuid_v4()', '"07070707-0707-4707-8707-070707070707"'],
  ['root = "a,b\\n1,2".parse_csv()', '[{"a":"1","b":"2"}]'],
  ['root = "2020-08-14T05:54:23Z".ts_add_iso8601("P1Y")', '"2021-08-14T05:54:23Z"'],
] as const;

it('loads and runs where there is no Node', async () => {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'bloblang',
    write: false,
    logLevel: 'silent',
  });
  const host = {
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(Uint8Array.from(bytes)),
  };
  const context = createContext({ host }, { codeGeneration: { strings: false, wasm: false } });
  runInContext(BROWSER, context);
  runInContext(outputFiles[0]?.text ?? '', context);
  for (const [mapping, expected] of MAPPINGS) {
    const script = `
      const compiled = bloblang.compile(${JSON.stringify(mapping)}, { definitions: bloblang.EXTENDED_DEFINITIONS });
      const outcome = compiled.program.run({ a: 1 });
      outcome.kind === 'output' ? bloblang.encodeJson(outcome.value) : outcome.error;
    `;
    expect(runInContext(`{${script}}`, context)).toBe(expected);
  }
});
