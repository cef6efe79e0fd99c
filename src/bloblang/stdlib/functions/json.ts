import { parseDotPath, readPath } from '../../operations.ts';
import { aString, type Documentation, defineFunction } from '../definition.ts';

export const json = defineFunction(
  'json',
  [aString('path', { default: '' })],
  (args) => {
    const segments = parseDotPath(args.string(0));
    return (scope) => readPath(scope.run.message.document(), segments) ?? null;
  },
  { annotation: (args) => `json path \`${args.string(0)}\`` },
);

export const documentation: Documentation = {
  definition: json,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description:
    'Gives the field of the message that a dot path leads to, whatever `this` is; the whole document without a path.',
  parameters: { path: 'The path, such as `user.name`.' },
  examples: [
    { mapping: 'root = [1, 2].map_each(n -> n * json("factor"))', input: '{"factor":3}', output: '[3,6]' },
  ],
};
