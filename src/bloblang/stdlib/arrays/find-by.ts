import { aQuery, type Documentation, defineMethod } from '../definition.ts';
import { matchesQuery } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const findBy = defineMethod('find_by', [aQuery('query')], (args) => {
  const query = args.query(0);
  return (receiver, scope) =>
    arrayReceiver(receiver).findIndex((element, index) => matchesQuery(query, scope, element, index));
});

export const documentation: Documentation = {
  definition: findBy,
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the index of the first element of an array for which the query is true, or -1.',
  parameters: { query: 'Evaluated with each element as `this`; has to give a bool.' },
  examples: [
    { mapping: 'root = this.v.find_by(e -> e != "bar")', input: '{"v":["bar","foo"]}', output: '1' },
  ],
};
