import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const zip: MethodDefinition = {
  kind: 'method',
  name: 'zip',
  tier: 'extended',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Puts the elements of several arrays of one length side by side.',
  parameters: 'variadic',
  annotates: false,
  prepare: (args) => {
    const arrays = args.rest().map(arrayReceiver);
    const refusal = "can't zip different length array values";
    const first = arrays[0];
    if (arrays.some((array) => array.length !== first?.length)) throw fail(refusal);
    return (receiver, scope) => {
      const elements = arrayReceiver(receiver);
      if (first === undefined) throw fail('zip requires at least one argument');
      if (elements.length !== first.length) throw fail(refusal);
      scope.run.allocateEntries(elements.length * (arrays.length + 2));
      return elements.map((element, index) => [element, ...arrays.map((array) => array[index] ?? null)]);
    };
  },
  examples: [
    { mapping: 'root = this.a.zip(this.b)', input: '{"a":["x","y"],"b":[1,2]}', output: '[["x",1],["y",2]]' },
    {
      mapping: 'root = this.a.zip([1])',
      input: '{"a":["x","y"]}',
      error: "failed assignment (line 1): can't zip different length array values",
    },
  ],
};
