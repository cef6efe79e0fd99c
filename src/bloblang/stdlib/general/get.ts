import { readPath } from '../../operations.ts';
import type { ClosureMethodDefinition } from '../definition.ts';
import { pathSegments } from '../kernels/object-paths.ts';

export const getPath: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'get',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the field that a dot path leads to, or null.',
  parameters: [{ name: 'path', type: 'string', description: 'The path, such as `user.name`.' }],
  prepare: (args, receiver) => {
    const segments = pathSegments(args.string('path'), args.run);
    return (scope) => readPath(scope.run, receiver.evaluate(scope), segments) ?? null;
  },
  examples: [{ mapping: 'root = this.get(this.target)', input: '{"target":"a.b","a":{"b":1}}', output: '1' }],
};
