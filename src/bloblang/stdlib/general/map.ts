import { evaluateWith } from '../../runtime.ts';
import { type Documentation, defineClosureMethod } from '../definition.ts';

export const mapValue = defineClosureMethod({
  name: 'map',
  parameters: [{ name: 'query', type: 'query' }],
  annotation: (args) => args.query(0).annotation,
  prepare: (args, receiver) => {
    const query = args.query(0);
    return (scope) => evaluateWith(query, scope, receiver.evaluate(scope));
  },
});

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
