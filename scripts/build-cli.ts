// Compiles the commands into dist/, and writes the manifest by which a host CLI knows the plugin without loading it.
// With a folder as argument, makes a plugin folder there instead, beside which nothing of the repository is needed but its
// node_modules.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';

const REPOSITORY = resolve(fileURLToPath(new URL('..', import.meta.url)));

const target = resolve(process.argv[2] ?? REPOSITORY);
const dist = join(target, 'dist');
for (const folder of ['cli', 'src']) rmSync(join(dist, folder), { recursive: true, force: true });
const compiler = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', dist], {
  cwd: REPOSITORY,
  stdio: 'inherit',
});
if (target !== REPOSITORY) {
  mkdirSync(join(target, 'bin'), { recursive: true });
  for (const file of ['package.json', 'bin/run.js', 'bin/prerequisites.js']) {
    copyFileSync(join(REPOSITORY, file), join(target, file));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(target, 'node_modules'));
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
console.log(`${dist} and oclif.manifest.json: ${count} commands`);
