import { EvaluationError } from '../../errors.ts';
import { isSentinel } from '../../values.ts';
import type { ClosureMethodDefinition } from '../definition.ts';

export const orElse: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'or',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives the fallback when the expression before it fails, or is null, deleted or nothing.',
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
        const value = receiver.evaluate(scope);
        if (value !== null && value !== undefined && !isSentinel(value)) return value;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
      }
      return fallback.evaluate(scope);
    };
  },
  examples: [{ mapping: 'root = this.a.or("none")', input: '{"b":1}', output: '"none"' }],
};
