import type { MethodDefinition } from '../definition.ts';
import { indexesWhere, matchesQuery } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const findAllBy: MethodDefinition = {
  kind: 'method',
  name: 'find_all_by',
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the indexes of all elements of an array for which the query is true.',
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
      indexesWhere(scope, arrayReceiver(receiver), (element, index) =>
        matchesQuery(query, scope, element, index),
      );
  },
  examples: [
    {
      mapping: 'root = this.v.find_all_by(e -> e != "bar")',
      input: '{"v":["foo","bar","baz"]}',
      output: '[0,2]',
    },
  ],
};
