import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The compiler, npm, and maybe the network. */
export const INSTALL_MS_MAX = 180_000;

/** Builds the package of the CLI into `folder`, and packs it as a person would; answers the tarball. */
export function packCli(folder: string): string {
  const staged = join(folder, 'package');
  quietly(process.execPath, [join(ROOT, 'scripts/build-cli.ts'), staged]);
  quietly('npm', ['pack', staged, '--pack-destination', folder, '--loglevel=error']);
  const { name, version } = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8'));
  return join(folder, `${name}-${version}.tgz`);
}

/** Production packages only; of the network only what npm's cache lacks, which `npm ci` has filled. */
export function npmInstall(args: readonly string[]): void {
  const options = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  quietly('npm', ['install', ...options, ...args]);
}

function quietly(command: string, args: readonly string[]): void {
  // What it wrote to stderr is part of the error.
  execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
}
