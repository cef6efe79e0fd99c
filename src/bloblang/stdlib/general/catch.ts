import { EvaluationError } from '../../errors.ts';
import type { ClosureMethodDefinition } from '../definition.ts';

export const catchError: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'catch',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description:
    'Gives the fallback when the expression before it fails. In the fallback `this` is the text of the error.',
  parameters: [
    {
      name: 'fallback',
      type: 'query',
      acceptsScalars: true,
      description: 'A value, or a query to evaluate.',
    },
  ],
  prepare: (args, receiver) => {
    const fallback = args.query('fallback');
    return (scope) => {
      try {
        return receiver.evaluate(scope);
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        return fallback.evaluate(scope.enter(scope.run.made(error.message)));
      }
    };
  },
  examples: [
    { mapping: 'root = this.n.number().catch(0)', input: '{"n":"x"}', output: '0' },
    { mapping: 'root = throw("no").catch(err -> err)', input: '{}', output: '"no"' },
  ],
};
