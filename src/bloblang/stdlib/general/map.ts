import { evaluateWith } from '../../runtime.ts';
import { aQuery, type Documentation, defineClosureMethod } from '../definition.ts';

export const mapValue = defineClosureMethod(
  'map',
  [aQuery('query')],
  (args, receiver) => {
    const query = args.query(0);
    return (scope) => evaluateWith(query, scope, receiver.evaluate(scope));
  },
  { annotation: (args) => args.query(0).annotation },
);

export const documentation: Documentation = {
  definition: mapValue,
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Evaluates a query with the value as `this`.',
  parameters: { query: 'What to evaluate.' },
  examples: [
    {
      mapping: 'root = this.user.map(u -> u.name + "!")',
      input: '{"user":{"name":"ada"}}',
      output: '"ada!"',
    },
  ],
};
