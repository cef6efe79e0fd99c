import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSOLE = join(ROOT, 'console');
const ENTRY = 'console/main.tsx';
/** Below this size, a header costs more than compression saves. */
const COMPRESSED_FROM_BYTES = 512;
const COMPRESSED_TYPES: ReadonlySet<string> = new Set(['.js', '.css', '.svg']);

/**
 * The front end in pieces: each `import()` is a separate file, loaded when it is needed. Names contain a hash of the
 * content, so that browsers may cache a file for ever. Styles are the only imports with side effects: see `sideEffects`
 * in package.json.
 */
const OPTIONS = {
  bundle: true,
  platform: 'browser',
  // All browsers of the last two years: https://web.dev/baseline.
  target: ['chrome120', 'firefox121', 'safari17.2'],
  format: 'esm',
  splitting: true,
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  charset: 'utf8',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'file', '.woff2': 'file' },
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

export interface ConsoleBundle {
  /** Contains `index.html` and `assets/`. Each file has its compressed versions (`.br`, `.gz`) beside it. */
  readonly directory: string;
  /** Relative to the folder, without the compressed files. */
  readonly files: readonly string[];
  /** The scripts that the first view needs, that is, those that `main` imports at once. */
  readonly firstView: readonly string[];
}

/**
 * Builds the console into the folder, which is emptied first. Throws esbuild's own error if the build fails.
 * @param isCompressed false for a local console: compressing takes ten times as long as everything else
 */
export function bundleConsole(directory: string, { isCompressed = true } = {}): ConsoleBundle {
  const assets = join(directory, 'assets');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  const { metafile } = buildSync({
    ...OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    outdir: assets,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const first = firstOutputs(metafile);
  const [script] = first;
  if (script === undefined) throw new Error(`expected esbuild to write a script of ${ENTRY}, found none`);
  const page = pageOf(script, metafile.outputs[script.path]?.cssBundle, first.slice(1));
  writeFileSync(join(directory, 'index.html'), page);
  const files = ['index.html', ...readdirSync(assets).map((name) => `assets/${name}`)].toSorted();
  if (isCompressed) for (const file of files) compress(join(directory, file));
  return {
    directory,
    files,
    firstView: first.map(({ name }) => `assets/${name}`),
  };
}

interface NamedOutput {
  /** Relative to the repository. */
  readonly path: string;
  readonly name: string;
}

/** The page's script, and what it imports before it runs. */
function firstOutputs({ outputs }: Metafile): readonly NamedOutput[] {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === ENTRY);
  const found = new Set(entry === undefined ? [] : [entry]);
  // A set that grows during iteration visits each new path exactly once.
  for (const path of found) {
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') found.add(imported);
    }
  }
  return [...found].map((path) => ({ path, name: nameOf(path) }));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The page with the built names, and with preload hints for what the script requests next. */
function pageOf(script: NamedOutput, style: string | undefined, next: readonly NamedOutput[]): string {
  const template = readFileSync(join(CONSOLE, 'index.html'), 'utf8');
  const preloads = next
    .map(({ name }) => `<link rel="modulepreload" href="/console/assets/${name}">\n    `)
    .join('');
  const link = '<link rel="stylesheet" href="/console/assets/main.css">';
  if (style === undefined) throw new Error(`expected esbuild to write a style of ${ENTRY}, found none`);
  const named = `<link rel="stylesheet" href="/console/assets/${nameOf(style)}">`;
  return replaced(
    replaced(template, link, named),
    '<script type="module" src="/console/assets/main.js">',
    `${preloads}<script type="module" src="/console/assets/${script.name}">`,
  );
}

function replaced(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error(`expected console/index.html to have ${part}, found it missing`);
  return text.replace(part, () => by);
}

/** Compressed ahead of time and as small as possible, because a request must not wait for it. */
function compress(path: string): void {
  const bytes = readFileSync(path);
  if (!COMPRESSED_TYPES.has(extname(path)) || bytes.length < COMPRESSED_FROM_BYTES) return;
  const quality = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
