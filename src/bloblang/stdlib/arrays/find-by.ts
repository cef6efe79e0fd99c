import type { MethodDefinition } from '../definition.ts';
import { matchesQuery } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const findBy: MethodDefinition = {
  kind: 'method',
  name: 'find_by',
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the index of the first element of an array for which the query is true, or -1.',
  parameters: [
    {
      name: 'query',
      type: 'query',
      description: 'Evaluated with each element as `this`; has to give a bool.',
    },
  ],
  prepare: (args) => {
    const query = args.query('query');
    return (receiver, scope) =>
      arrayReceiver(receiver).findIndex((element, index) => matchesQuery(query, scope, element, index));
  },
  examples: [
    { mapping: 'root = this.v.find_by(e -> e != "bar")', input: '{"v":["bar","foo"]}', output: '1' },
  ],
};
