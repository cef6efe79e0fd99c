import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The real Heroku and Salesforce CLIs, which take 400 and 300 MB: only with `npm run plugins:real`. They stay in a subfolder of the
// system's temporary folder for the next time.

export const ARE_REAL_CLIS_WANTED = process.env['PLUGINS_REAL'] !== undefined;
export const REAL_HEROKU = 'heroku@11.10.0';
export const REAL_SF = '@salesforce/cli@2.150.6';
export const REAL_CLI_MS_MAX = 600_000;
/** A CLI that waits for input is stopped after this. */
export const REAL_COMMAND_MS_MAX = 90_000;

/** How this computer reaches the network (proxies, certificates); npm inside a CLI needs that as well. */
export const NETWORK = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && /proxy|cert|npm_config/i.test(name) ? [[name, value]] : [],
  ),
);

/** Path of the CLI's program; undefined, with a warning, when it cannot be installed. */
export function installedCli(name: string, packageName: string): string | undefined {
  const home = join(tmpdir(), 'sluice-real-clis', packageName.replaceAll(/\W/g, '-'));
  const program = join(home, 'node_modules', '.bin', name);
  if (existsSync(program)) return program;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    execFileSync('npm', ['install', ...options, packageName], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return program;
  } catch (error) {
    // No network, or no space: neither says anything about the plugin.
    console.warn(`SKIPPED: ${packageName} cannot be installed here: ${String(error)}`);
    return undefined;
  }
}
