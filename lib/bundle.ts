import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import type { MEMORY_MB } from '../src/settings/runtime.ts';
import { bundleConsole } from './console-bundle.ts';

/** A folder under `functions/`. */
export type FunctionName = keyof typeof MEMORY_MB;

/** Builds the directory that is uploaded as a function's code. */
export type Bundler = (name: FunctionName) => string;

export interface Bundle {
  /**
   * Contains `index.mjs`, plus a chunk for each part that is loaded on first use. For the management API it also
   * contains the files of the console.
   */
  readonly directory: string;
  readonly bytes: number;
  /** The size of what a cold start loads: the entry and its static imports. */
  readonly coldBytes: number;
  /** The source files that make up what a cold start loads. */
  readonly coldInputs: readonly string[];
  readonly metafile: Metafile;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * One ES module per function, with the AWS SDK bundled: a bundled SDK starts faster than the runtime's own copy, and it is the
 * version that the tests ran against. esbuild runs in this process, so bundling needs neither docker nor the network.
 */
const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // A package's ES module build bundles smaller than its CommonJS build, because esbuild can drop unused code from it.
  mainFields: ['module', 'main'],
  // package.json declares that none of our files but styles has side effects (`sideEffects`), so esbuild drops every file that is imported
  // but not used, together with its imports. Otherwise every part of Salesforce would pull in gRPC.
  minify: true,
  // Keeps each `import()` a separate chunk, so that an invocation loads only what it needs.
  splitting: true,
  entryNames: 'index',
  chunkNames: 'chunk-[hash]',
  outExtension: { '.js': '.mjs' },
  sourcemap: false,
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  alias: { '@aws-sdk/credential-provider-node': join(ROOT, 'lib/lambda-credentials.ts') },
  // CommonJS packages `require` Node's built-in modules, and an ES module has no `require`. The name is unusual on purpose: a
  // minified module may not declare the same name twice.
  banner: {
    js: "import{createRequire as sluiceCreateRequire}from'node:module';const require=sluiceCreateRequire(import.meta.url);",
  },
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * SDK clients that few installations use and that only a chunk imports. Each is bundled separately with the SDK
 * packages that it needs: esbuild moves a module that the entry also uses into the cold start, including everything
 * that any chunk uses of it. For these three clients, that would be 45 kB.
 */
const CLIENTS_APART = {
  '@aws-sdk/client-eventbridge': 'lib/lambda-eventbridge.ts',
  '@aws-sdk/client-kinesis': 'lib/lambda-kinesis.ts',
  '@aws-sdk/client-s3': 'lib/lambda-s3.ts',
} as const;

let clientsApart: Readonly<Record<string, string>> | undefined;

/** The files that replace these packages, built once. */
function bundleClientsApart(): Readonly<Record<string, string>> {
  if (clientsApart !== undefined) return clientsApart;
  const outdir = mkdtempSync(join(tmpdir(), 'sluice-clients-'));
  buildSync({
    ...OPTIONS,
    splitting: false,
    entryNames: '[name]',
    absWorkingDir: ROOT,
    entryPoints: Object.values(CLIENTS_APART).map((path) => join(ROOT, path)),
    outdir,
  });
  clientsApart = Object.fromEntries(
    Object.entries(CLIENTS_APART).map(([name, path]) => [name, join(outdir, `${basename(path, '.ts')}.mjs`)]),
  );
  return clientsApart;
}

/** Bundles `functions/<name>/index.ts`. Throws esbuild's own error if the build fails. */
export function bundleFunction(name: FunctionName): Bundle {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bundle-'));
  const { metafile } = buildSync({
    ...OPTIONS,
    alias: { ...OPTIONS.alias, ...bundleClientsApart() },
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'functions', name, 'index.ts')],
    outdir: directory,
  });
  if (name === 'api') bundleConsole(join(directory, 'console'));
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
  // A set that grows during iteration visits each new path exactly once.
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
