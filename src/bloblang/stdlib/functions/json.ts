import { parseDotPath, readPath } from '../../operations.ts';
import type { FunctionDefinition } from '../definition.ts';

export const json: FunctionDefinition = {
  kind: 'function',
  name: 'json',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description:
    'Gives the field of the message that a dot path leads to, whatever `this` is; the whole document without a path.',
  parameters: [{ name: 'path', type: 'string', default: '', description: 'The path, such as `user.name`.' }],
  annotation: (args) => `json path \`${args.string('path')}\``,
  prepare: (args) => {
    const segments = parseDotPath(args.string('path'), args.run);
    return (scope) => readPath(scope.run, scope.run.message.document(), segments) ?? null;
  },
  examples: [
    { mapping: 'root = [1, 2].map_each(n -> n * json("factor"))', input: '{"factor":3}', output: '[3,6]' },
  ],
};
