import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** For the compiler, npm, and perhaps the network. */
export const INSTALL_MS_MAX = 180_000;

/** Builds the package of the CLI into `folder`, and packs it as a person would; returns the tarball. */
export function packCli(folder: string): string {
  const staged = join(folder, 'package');
  quietly(process.execPath, [join(ROOT, 'scripts/build-cli.ts'), staged]);
  quietly('npm', ['pack', staged, '--pack-destination', folder, '--loglevel=error']);
  const { name, version } = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8'));
  return join(folder, `${name}-${version}.tgz`);
}

/** Production packages only; the network is used only for what npm's cache lacks, and `npm ci` has filled that. */
export function npmInstall(args: readonly string[]): void {
  const options = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  quietly('npm', ['install', ...options, ...args]);
}

function quietly(command: string, args: readonly string[]): void {
  // Its stderr becomes part of the error.
  execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
}
