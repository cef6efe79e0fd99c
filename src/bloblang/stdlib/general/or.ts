import { EvaluationError } from '../../errors.ts';
import { isSentinel } from '../../values.ts';
import { aQuery, type Documentation, defineClosureMethod } from '../definition.ts';

export const orElse = defineClosureMethod(
  'or',
  [aQuery('fallback', { acceptsScalars: true })],
  (args, receiver) => {
    const fallback = args.query(0);
    return (scope) => {
      try {
        const value = receiver.evaluate(scope);
        if (value !== null && value !== undefined && !isSentinel(value)) return value;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
      }
      return fallback.evaluate(scope);
    };
  },
);

export const documentation: Documentation = {
  definition: orElse,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives the fallback when the expression before it fails, or is null, deleted or nothing.',
  parameters: { fallback: 'A value, or a query to evaluate.' },
  examples: [{ mapping: 'root = this.a.or("none")', input: '{"b":1}', output: '"none"' }],
};
