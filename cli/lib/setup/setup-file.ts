import { writeFileSync } from 'node:fs';
import { expandHome } from '../../../src/base/expand-home.ts';
import { Failure } from '../failure.ts';

/** The comment at the top of every file. */
export const SETUP_COMMENT =
  'What an app has in Sluice. To make an app like this: sluice apply FILE -a APP [--dry-run].\n' +
  'Secrets are not in here: { env: NAME } or { file: PATH } says where each is read from.';

/** Writes the file that `--output` names. */
export function writeSetup(path: string, text: string): void {
  try {
    writeFileSync(expandHome(path), text);
  } catch (error) {
    throw new Failure(
      `--output: cannot write ${path} (${error instanceof Error ? error.message : 'unknown error'})`,
    );
  }
}
