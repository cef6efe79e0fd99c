import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

// npm leaves out the entries of other platforms when a registry does not have them, and then `npm ci` refuses the file.

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** Whether a package at `path` resolves `name` as Node does: beside itself, then in each folder above. */
function finds(path: string, name: string): boolean {
  const folders = path.split('/node_modules/');
  return folders.some((_folder, index) => {
    const at = folders.slice(0, folders.length - index).join('/node_modules/');
    return `${at}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages;
  });
}

it('the lock file has every optional dependency, also those of other platforms', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !finds(path, name)),
  );
  expect(missing).toEqual([]);
});

it('the lock file names no registry', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
});
