import { typeError } from '../../errors.ts';
import { isObject } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { onlyPaths, pathArgument } from '../kernels/object-paths.ts';

export const withPaths = defineMethod(
  'with',
  'variadic',
  (args) => {
    const paths = args.rest().map(pathArgument);
    return (receiver, scope) => {
      if (!isObject(receiver)) throw typeError('object', receiver);
      scope.run.allocateEntries(Object.keys(receiver).length);
      return onlyPaths(receiver, paths);
    };
  },
  { annotates: false },
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
