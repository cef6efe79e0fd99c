#!/usr/bin/env node
// The `sluice` command. Without dependencies up to the last lines, so that an old Node can still say what it lacks.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainMissingPackage, isNewEnough, NODE_NEEDED, NODE_NEEDED_COMPILED } from './prerequisites.js';

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
// Node refuses to strip types below node_modules; a package installed there is already compiled.
const fromSource = existsSync(join(root, 'cli')) && !root.split(sep).includes('node_modules');
const needed = fromSource ? NODE_NEEDED : NODE_NEEDED_COMPILED;

if (isNewEnough(needed)) {
  // The cache also stores the stripped source, which makes the next start faster.
  module.enableCompileCache?.();
  const folder = fromSource ? 'cli' : 'dist/cli';
  let program;
  try {
    program = await import(fromSource ? '../cli/launch.ts' : '../dist/cli/launch.js');
  } catch (error) {
    console.error(explainMissingPackage(error, root) ?? error);
    process.exit(1);
  }
  await program.launch(root, `./${folder}/commands`);
} else {
  // `npm ci` installs its own Node.
  const ownNode = join(root, 'node_modules', '.bin', 'node');
  if (process.env.SLUICE_RESTARTED !== undefined || !existsSync(ownNode)) {
    const advice = fromSource ? `use a newer one, or run npm ci in ${root}` : 'use a newer one';
    console.error(`sluice needs Node ${needed} or newer, found ${process.versions.node}: ${advice}`);
    process.exit(1);
  }
  // Whoever ends this process means the command, which would go on by itself. Ctrl-C at a terminal reaches both: it is not passed on.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let child;
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal));
  process.on('SIGINT', () => atTerminal || child?.kill('SIGINT'));
  child = spawn(ownNode, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, SLUICE_RESTARTED: '1' },
  });
  child.on('exit', (status) => process.exit(status ?? 1));
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
}
