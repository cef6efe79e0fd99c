import { parseDotPath, readPath } from '../../operations.ts';
import { defineFunction } from '../definition.ts';

export const json = defineFunction({
  name: 'json',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description:
    'Gives the field of the message that a dot path leads to, whatever `this` is; the whole document without a path.',
  parameters: [{ name: 'path', type: 'string', default: '', description: 'The path, such as `user.name`.' }],
  examples: [
    { mapping: 'root = [1, 2].map_each(n -> n * json("factor"))', input: '{"factor":3}', output: '[3,6]' },
  ],
  annotation: (args) => `json path \`${args.string(0)}\``,
  prepare: (args) => {
    const segments = parseDotPath(args.string(0));
    return (scope) => readPath(scope.run.message.document(), segments) ?? null;
  },
});
