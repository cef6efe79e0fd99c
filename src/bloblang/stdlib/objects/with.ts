import { allocateEntries } from '../../runtime.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { onlyPaths, pathArgument } from '../kernels/object-paths.ts';
import { objectReceiver } from '../receivers.ts';

export const withPaths = defineMethod(
  'with',
  'variadic',
  (args) => {
    const paths = args.rest().map(pathArgument);
    return (receiver, scope) => {
      const object = objectReceiver(receiver);
      allocateEntries(scope, Object.keys(object).length);
      return onlyPaths(object, paths);
    };
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: withPaths,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the object with only the fields that the dot paths lead to.',
  examples: [
    {
      mapping: 'root = this.with("a.b", "c")',
      input: '{"a":{"b":1,"d":2},"c":3,"e":4}',
      output: '{"a":{"b":1},"c":3}',
    },
  ],
};
