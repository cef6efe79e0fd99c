import { homedir } from 'node:os';
import { join } from 'node:path';

/** A shell expands `~` only at the start of a word: not in `--key-file=~/key.pem`, in a variable, or on Windows. */
export function expandHome(path: string): string {
  return path === '~' || /^~[/\\]/.test(path) ? join(homedir(), path.slice(1)) : path;
}
