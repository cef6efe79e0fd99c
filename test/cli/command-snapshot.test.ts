import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadSluice } from '../../cli/launch.ts';
import { describeCommands } from '../../cli/lib/describe-commands.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// People and scripts depend on each name in here. Record an intended change with `npx vitest --update`.
test('commands, arguments, flags and aliases are those on record', async () => {
  const sluice = await loadSluice(ROOT, './cli/commands');
  const commands = describeCommands(sluice.plugins.values()).map((command) => ({
    id: command.id,
    hiddenAliases: command.hiddenAliases,
    args: command.args.map(({ name, required, options }) => ({ name, required, options })),
    flags: command.flags.map(({ description: _text, helpValue: _help, ...flag }) => flag),
  }));
  await expect(`${JSON.stringify(commands, null, 2)}\n`).toMatchFileSnapshot('command-snapshot.json');
});

test('the command reference is what the commands say', async () => {
  await promisify(execFile)(process.execPath, ['scripts/cli-docs.ts', '--check'], { cwd: ROOT });
});
