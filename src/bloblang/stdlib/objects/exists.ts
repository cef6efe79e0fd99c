import { readPath } from '../../operations.ts';
import { aString, type Documentation, defineMethod } from '../definition.ts';
import { pathSegments } from '../kernels/object-paths.ts';

export const exists = defineMethod('exists', [aString('path')], (args) => {
  const segments = pathSegments(args.string(0));
  return (receiver) => readPath(receiver, segments) !== undefined;
});

export const documentation: Documentation = {
  definition: exists,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Tells whether there is a field where a dot path leads, even if it is null.',
  parameters: { path: 'The path, such as `user.name`.' },
  examples: [
    { mapping: 'root = this.exists("a.b")', input: '{"a":{"b":null}}', output: 'true' },
    { mapping: 'root = this.exists("a.c")', input: '{"a":{"b":null}}', output: 'false' },
  ],
};
