import { readPath } from '../../operations.ts';
import { aString, type Documentation, defineClosureMethod } from '../definition.ts';
import { pathSegments } from '../kernels/object-paths.ts';

export const getPath = defineClosureMethod('get', [aString('path')], (args, receiver) => {
  const segments = pathSegments(args.string(0));
  return (scope) => readPath(receiver.evaluate(scope), segments) ?? null;
});

export const documentation: Documentation = {
  definition: getPath,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the field that a dot path leads to, or null.',
  parameters: { path: 'The path, such as `user.name`.' },
  examples: [{ mapping: 'root = this.get(this.target)', input: '{"target":"a.b","a":{"b":1}}', output: '1' }],
};
