import type { MethodDefinition } from '../definition.ts';
import { onlyPaths, pathArgument } from '../kernels/object-paths.ts';
import { objectReceiver } from '../receivers.ts';

export const withPaths: MethodDefinition = {
  kind: 'method',
  name: 'with',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the object with only the fields that the dot paths lead to.',
  parameters: 'variadic',
  annotates: false,
  prepare: (args) => {
    const paths = args.rest().map((path, index) => pathArgument(args.run, path, index));
    return (receiver, scope) => {
      const object = objectReceiver(receiver);
      return onlyPaths(scope.run, object, paths);
    };
  },
  examples: [
    {
      mapping: 'root = this.with("a.b", "c")',
      input: '{"a":{"b":1,"d":2},"c":3,"e":4}',
      output: '{"a":{"b":1},"c":3}',
    },
  ],
};
