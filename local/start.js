// `npm start`. Plain JavaScript without dependencies, so that any Node can still say what is missing.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainMissingPackage, isNewEnough, NODE_NEEDED } from '../bin/prerequisites.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const fail = (message) => {
  console.error(message);
  process.exit(1);
};

if (!existsSync(join(root, 'node_modules'))) {
  fail(`expected the packages to be installed, found none: run npm ci in ${root}, then npm start`);
}
if (!isNewEnough()) {
  fail(
    `expected Node ${NODE_NEEDED} or newer, found ${process.versions.node}: start it with npm start, which takes the Node that npm ci brought`,
  );
}
// Most of a start is compiling some hundred TypeScript files, so the result is cached for the next start. Node 20 has
// no such cache.
module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'sluice'));
try {
  await import('./main.ts');
  // Flushed at once, because a killed process writes nothing at its end.
  module.flushCompileCache?.();
} catch (error) {
  fail(explainMissingPackage(error, root) ?? error);
}
