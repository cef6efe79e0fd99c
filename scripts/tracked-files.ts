import { execFileSync } from 'node:child_process';

/** Files in the repository, or in it after the next commit; relative to the root. */
export function trackedFiles(root: string, ...patterns: readonly string[]): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...patterns],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return listed.split('\0').filter((path) => path !== '');
}
