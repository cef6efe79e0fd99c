import { evaluateWith } from '../../runtime.ts';
import type { ClosureMethodDefinition } from '../definition.ts';

export const mapValue: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'map',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Evaluates a query with the value as `this`.',
  parameters: [{ name: 'query', type: 'query', description: 'What to evaluate.' }],
  annotation: (args) => args.query('query').annotation,
  prepare: (args, receiver) => {
    const query = args.query('query');
    return (scope) => evaluateWith(query, scope, receiver.evaluate(scope));
  },
  examples: [
    {
      mapping: 'root = this.user.map(u -> u.name + "!")',
      input: '{"user":{"name":"ada"}}',
      output: '"ada!"',
    },
  ],
};
