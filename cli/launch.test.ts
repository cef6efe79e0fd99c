import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { commandToRun, loadSluice } from './launch.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const idsOf = async (only?: string) => {
  const { plugins } = await loadSluice(ROOT, './cli/commands', only);
  return [...plugins.values()].flatMap(({ commandIDs }) => commandIDs);
};

it.each([
  ['events:publications:webhook:create mine --url x', 'events:publications:webhook:create'],
  ['apps', 'apps'],
  ['events:publications --help', undefined],
  ['events:publications -h', undefined],
  ['help events:publications', 'help'],
  ['completion bash', undefined],
  ['--version', undefined],
  ['../../x', undefined],
  ['', undefined],
])('of the command line %j, the command is looked up as %s', (line, command) => {
  expect(commandToRun(line.split(' ').filter((word) => word !== ''))).toBe(command);
});

it.each(['apps', 'doctor', 'events:publications', 'events:publications:webhook:create'])(
  'loads no command but %s',
  async (id) => {
    expect(await idsOf(id)).toEqual([id]);
  },
);

it.each(['events', 'help', 'events:publication', 'events:publications:', 'events:publications:index'])(
  'finds that %s is not a command',
  async (id) => {
    expect(await idsOf(id)).not.toContain(id);
  },
);

it('loads them all', async () => {
  expect((await idsOf()).length).toBeGreaterThan(80);
});
