import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Failure } from './failure.ts';

/** A secret from a file, or from standard input for `-`: a flag's value would be seen by every user of the computer. */
export async function readSecret(path: string, flag: string): Promise<string> {
  const secret = (path === '-' ? await text(process.stdin) : readSecretFile(path, flag)).trim();
  if (secret === '') {
    throw new Failure(`--${flag}: expected a secret, found nothing in ${path === '-' ? 'stdin' : path}`);
  }
  return secret;
}

function readSecretFile(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure(
      `--${flag}: cannot read ${path} (${error instanceof Error ? error.message : 'unknown error'})`,
    );
  }
}
