import { evaluateWith } from '../../runtime.ts';
import { defineClosureMethod } from '../definition.ts';

export const mapValue = defineClosureMethod({
  name: 'map',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Evaluates a query with the value as `this`.',
  parameters: [{ name: 'query', type: 'query', description: 'What to evaluate.' }],
  examples: [
    {
      mapping: 'root = this.user.map(u -> u.name + "!")',
      input: '{"user":{"name":"ada"}}',
      output: '"ada!"',
    },
  ],
  annotation: (args) => args.query(0).annotation,
  prepare: (args, receiver) => {
    const query = args.query(0);
    return (scope) => evaluateWith(query, scope, receiver.evaluate(scope));
  },
});
