import type { MethodDefinition } from '../definition.ts';
import { pathArgument, withoutPaths } from '../kernels/object-paths.ts';
import { objectReceiver } from '../receivers.ts';

export const without: MethodDefinition = {
  kind: 'method',
  name: 'without',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the object without the fields that the dot paths lead to.',
  parameters: 'variadic',
  prepare: (args) => {
    const paths = args.rest().map((path, index) => pathArgument(args.run, path, index));
    return (receiver, scope) => {
      const object = objectReceiver(receiver);
      return withoutPaths(scope.run, object, paths);
    };
  },
  examples: [
    {
      mapping: 'root = this.without("a.b", "c")',
      input: '{"a":{"b":1,"d":2},"c":3}',
      output: '{"a":{"d":2}}',
    },
  ],
};
