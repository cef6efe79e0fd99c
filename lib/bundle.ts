import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import type { MEMORY_MB } from '../src/settings/runtime.ts';

/** A folder under `functions/`. */
export type FunctionName = keyof typeof MEMORY_MB;

/** Makes the directory that is uploaded as a function's code. */
export type Bundler = (name: FunctionName) => string;

export interface Bundle {
  /** Holds `index.mjs` and nothing else. */
  readonly directory: string;
  readonly bytes: number;
  readonly metafile: Metafile;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * One ES module a function, with the AWS SDK in it: a bundled SDK starts faster than the runtime's own copy, and is the
 * version that the tests ran. Built in this process, so that neither docker nor the network is needed.
 */
const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The ES module build of a package is smaller than its CommonJS build: what is unused falls away.
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  alias: { '@aws-sdk/credential-provider-node': join(ROOT, 'lib/lambda-credentials.ts') },
  // Packages in CommonJS ask for Node's own modules by `require`, which an ES module does not have. The name is one that
  // no package takes, because a minified module may not declare it twice.
  banner: {
    js: "import{createRequire as sluiceCreateRequire}from'node:module';const require=sluiceCreateRequire(import.meta.url);",
  },
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** Bundles `functions/<name>/index.ts`. Throws with esbuild's own message when that does not build. */
export function bundleFunction(name: FunctionName): Bundle {
  return bundleEntry(join(ROOT, 'functions', name, 'index.ts'));
}

export function bundleEntry(entry: string): Bundle {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bundle-'));
  const { metafile } = buildSync({
    ...OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: join(directory, 'index.mjs'),
  });
  const [output] = Object.values(metafile.outputs);
  if (output === undefined) throw new Error(`expected esbuild to write a bundle of ${entry}, found none`);
  return { directory, bytes: output.bytes, metafile };
}
