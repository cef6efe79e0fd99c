// Runs the command lines that come as JSON, one after the other in one process, as `sluice` would; writes how each ended.
// Unlike in `sluice`, oclif does not print the errors or exit with their codes.
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { loadSluice } from '../../cli/launch.ts';

const lines = JSON.parse(await text(process.stdin));
const root = fileURLToPath(new URL('../..', import.meta.url));
const config = await Config.load(await loadSluice(root, './cli/commands'));
const write = process.stdout.write.bind(process.stdout);
const results = [];
for (const [id, ...args] of lines) {
  let stdout = '';
  process.stdout.write = (chunk) => {
    stdout += chunk;
    return true;
  };
  try {
    await config.runCommand(id, args);
    results.push({ code: 0, stdout, message: '' });
  } catch (error) {
    results.push({ code: error.oclif?.exit ?? 1, stdout, message: error.message });
  }
}
process.stdout.write = write;
// A failed action of the previous command has set it.
process.exitCode = 0;
write(JSON.stringify(results));
