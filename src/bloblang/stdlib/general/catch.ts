import { EvaluationError } from '../../errors.ts';
import { aQuery, type Documentation, defineClosureMethod } from '../definition.ts';

export const catchError = defineClosureMethod(
  'catch',
  [aQuery('fallback', { acceptsScalars: true })],
  (args, receiver) => {
    const fallback = args.query(0);
    return (scope) => {
      try {
        return receiver.evaluate(scope);
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        return fallback.evaluate(scope.enter(scope.run.made(error.message)));
      }
    };
  },
);

export const documentation: Documentation = {
  definition: catchError,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description:
    'Gives the fallback when the expression before it fails. In the fallback `this` is the text of the error.',
  parameters: { fallback: 'A value, or a query to evaluate.' },
  examples: [
    { mapping: 'root = this.n.number().catch(0)', input: '{"n":"x"}', output: '0' },
    { mapping: 'root = throw("no").catch(err -> err)', input: '{}', output: '"no"' },
  ],
};
