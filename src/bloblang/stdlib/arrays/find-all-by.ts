import { aQuery, type Documentation, defineMethod } from '../definition.ts';
import { indexesWhere, matchesQuery } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const findAllBy = defineMethod('find_all_by', [aQuery('query')], (args) => {
  const query = args.query(0);
  return (receiver, scope) =>
    indexesWhere(scope, arrayReceiver(receiver), (element, index) =>
      matchesQuery(query, scope, element, index),
    );
});

export const documentation: Documentation = {
  definition: findAllBy,
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the indexes of all elements of an array for which the query is true.',
  parameters: { query: 'Evaluated with each element as `this`; has to give a bool.' },
  examples: [
    {
      mapping: 'root = this.v.find_all_by(e -> e != "bar")',
      input: '{"v":["foo","bar","baz"]}',
      output: '[0,2]',
    },
  ],
};
