import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The file that the command imports, and the only one that stays in the folder. */
const ENTRY = 'stdio.js';
const LICENSES = 'LICENSES.txt';

/**
 * Bundles the compiled MCP server with the parts of its SDK that it needs; the SDK's package would bring web servers and 24 MB.
 * The rest of the commands stays outside, because a failure must be the same class on both sides. The licences are stored beside
 * the bundle.
 */
export async function bundleMcp(folder: string, packages: string): Promise<void> {
  const entry = join(folder, ENTRY);
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    outfile: entry,
    write: false,
    bundle: true,
    metafile: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
    nodePaths: [packages],
    plugins: [
      {
        name: 'commands-stay-outside',
        setup({ onResolve }) {
          onResolve({ filter: /^\.\.\/(cli|src)\// }, ({ path, importer }) =>
            importer.startsWith(folder) ? { path, external: true } : undefined,
          );
        },
      },
    ],
  });
  const names = new Set(
    Object.keys(metafile.inputs).flatMap(
      (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(file)?.[1] ?? [],
    ),
  );
  if (!names.has('@modelcontextprotocol/sdk')) {
    throw new Error(`expected ${entry} to hold the SDK, found ${[...names].join(', ') || 'no package'}`);
  }
  for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
  for (const { contents } of outputFiles) writeFileSync(entry, contents);
  const texts = [...names].sort().map((name) => `${name}\n\n${licenseOf(join(packages, name), name)}`);
  writeFileSync(join(folder, LICENSES), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

function licenseOf(folder: string, name: string): string {
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.\w+)?$/i.test(each));
  if (file === undefined) throw new Error(`expected a licence of ${name} in ${folder}, found none`);
  return readFileSync(join(folder, file), 'utf8');
}
