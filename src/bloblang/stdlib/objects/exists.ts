import { readPath } from '../../operations.ts';
import type { MethodDefinition } from '../definition.ts';
import { pathSegments } from '../kernels/object-paths.ts';

export const exists: MethodDefinition = {
  kind: 'method',
  name: 'exists',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Tells whether there is a field where a dot path leads, even if it is null.',
  parameters: [{ name: 'path', type: 'string', description: 'The path, such as `user.name`.' }],
  prepare: (args) => {
    const segments = pathSegments(args.string('path'), args.run);
    return (receiver, scope) => readPath(scope.run, receiver, segments) !== undefined;
  },
  examples: [
    { mapping: 'root = this.exists("a.b")', input: '{"a":{"b":null}}', output: 'true' },
    { mapping: 'root = this.exists("a.c")', input: '{"a":{"b":null}}', output: 'false' },
  ],
};
