// Builds the package of the CLI, which installs without the service: the compiled commands, the manifest by which a host CLI
// knows the plugin without loading it, and a package.json that names only what the commands import. `npm pack` packs it as it
// is. The folder is the argument, or dist/package by default, where a host CLI can link it (plugins:link --no-install).
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';
import { DOC_FILES } from '../mcp/documents.ts';
import { externalImports, packageJsonOf } from './cli-package.ts';
import { bundleMcp } from './mcp-bundle.ts';

const REPOSITORY = resolve(fileURLToPath(new URL('..', import.meta.url)));
/** Files to copy, from and to. The package shows the page about installing as its own README. */
const COPIED: readonly (readonly [string, string])[] = [
  ['bin/run.js', 'bin/run.js'],
  ['bin/prerequisites.js', 'bin/prerequisites.js'],
  ['docs/install-cli.md', 'README.md'],
  ['LICENSE', 'LICENSE'],
  // The documents from which the MCP server answers questions about Sluice.
  ...DOC_FILES.map((file) => [`docs/${file}`, `docs/${file}`] as const),
];

const target = resolve(process.argv[2] ?? join(REPOSITORY, 'dist', 'package'));
const dist = join(target, 'dist');
for (const folder of ['cli', 'mcp', 'src']) rmSync(join(dist, folder), { recursive: true, force: true });
const compiler = join(REPOSITORY, 'node_modules', 'typescript-7', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', dist], {
  cwd: REPOSITORY,
  // The compiler's findings are errors of this script, too.
  stdio: ['ignore', 2, 2],
});
for (const [from, to] of COPIED) {
  mkdirSync(dirname(join(target, to)), { recursive: true });
  copyFileSync(join(REPOSITORY, from), join(target, to));
}
await bundleMcp(join(dist, 'mcp'), join(REPOSITORY, 'node_modules'));
const repository = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
const packageJson = packageJsonOf(repository, await externalImports(dist));
writeFileSync(join(target, 'package.json'), `${JSON.stringify(packageJson, null, 2)}\n`);
const packages = join(target, 'node_modules');
// Loading the commands makes the manifest. Inside the repository they resolve their packages by themselves.
if (!target.startsWith(REPOSITORY) && !existsSync(packages)) {
  symlinkSync(join(REPOSITORY, 'node_modules'), packages);
}

settings.enableAutoTranspile = false;
const plugin = new Plugin({
  root: target,
  isRoot: true,
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
});
await plugin.load();
const count = Object.keys(plugin.manifest.commands).length;
if (count === 0) throw new Error(`expected commands in ${join(dist, 'cli', 'commands')}, found none`);
writeFileSync(join(target, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`);
console.log(`${target}: ${count} commands for host CLIs`);
