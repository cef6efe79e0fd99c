// Builds the console's front end into the folder given as argument, or into dist/console. `--plain` omits the compressed
// copies, for a server that serves only this machine.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleConsole } from '../lib/console-bundle.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plain: { type: 'boolean' } },
});
const directory = resolve(positionals[0] ?? join(ROOT, 'dist', 'console'));
const isCompressed = values.plain !== true;
const { files, firstView } = bundleConsole(directory, { isCompressed });
const bytes = firstView
  .map((file) => statSync(join(directory, isCompressed ? `${file}.br` : file)).size)
  .reduce((sum, size) => sum + size, 0);
console.log(
  `${directory}: ${files.length} files; the script of the first view has ${(bytes / 1_000).toFixed(1)} kB${isCompressed ? ' compressed' : ''}`,
);
