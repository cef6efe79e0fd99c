import { Failure, UsageFailure } from './failure.ts';
import { readTextFileOrStdin, STDIN } from './text-file.ts';

/**
 * Reads a secret from a file, or from standard input for `-`: every user of the computer could see a flag's value.
 * Surrounding white space, such as the line break that editors add, is not part of it.
 */
export async function readSecret(path: string, flag: string): Promise<string> {
  const secret = (await readTextFileOrStdin(path, flag)).trim();
  if (secret === '') {
    throw new Failure(`--${flag}: expected a secret, found nothing in ${path === STDIN ? 'stdin' : path}`);
  }
  return secret;
}

/** Refuses `-` for two flags, because standard input can be read only once. */
export function refuseStdinTwice(flags: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const fromStdin = names.filter((name) => flags[name] === STDIN);
  if (fromStdin.length > 1) {
    throw new UsageFailure(
      `only one of ${fromStdin.map((name) => `--${name}`).join(' and ')} can come from stdin`,
    );
  }
}
