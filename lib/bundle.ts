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
  /** Holds `index.mjs`, and a chunk for each part that is imported when it is first needed. */
  readonly directory: string;
  readonly bytes: number;
  /** What a cold start loads: the entry and all that it imports at once. */
  readonly coldBytes: number;
  /** The files that went into what a cold start loads. */
  readonly coldInputs: readonly string[];
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
  // package.json says that no file of ours does anything by being imported (`sideEffects`): esbuild then leaves out, with all
  // that it imports, a file of which nothing is used. Else gRPC would come with every part of Salesforce.
  minify: true,
  // An `import()` stays one: what only some invocations need, the others do not load.
  splitting: true,
  entryNames: 'index',
  chunkNames: 'chunk-[hash]',
  outExtension: { '.js': '.mjs' },
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
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bundle-'));
  const { metafile } = buildSync({
    ...OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'functions', name, 'index.ts')],
    outdir: directory,
  });
  const cold = coldOutputs(metafile);
  return {
    directory,
    metafile,
    bytes: sum(Object.values(metafile.outputs).map(({ bytes }) => bytes)),
    coldBytes: sum(cold.map(({ bytes }) => bytes)),
    coldInputs: cold.flatMap(({ inputs }) => Object.keys(inputs)),
  };
}

type Output = Metafile['outputs'][string];

function coldOutputs({ outputs }: Metafile): Output[] {
  const entry = Object.keys(outputs).find(
    (path) => outputs[path]?.entryPoint !== undefined && path.endsWith('index.mjs'),
  );
  if (entry === undefined) throw new Error('expected esbuild to write index.mjs, found no such output');
  const cold = new Set([entry]);
  // A set grows while it is walked: each path is looked at once.
  for (const path of cold) {
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[imported] !== undefined) cold.add(imported);
    }
  }
  return [...cold].map((path) => outputs[path]).filter((output) => output !== undefined);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
