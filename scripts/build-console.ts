// Builds the console's front end: into the folder that is the argument, or else into dist/console.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleConsole } from '../lib/console-bundle.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const directory = resolve(process.argv[2] ?? join(ROOT, 'dist', 'console'));
const { files, firstViewBytes } = bundleConsole(directory);
console.log(
  `${directory}: ${files.length} files; the script of the first view has ${(firstViewBytes / 1_000).toFixed(1)} kB compressed`,
);
