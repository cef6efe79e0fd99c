import { typeError } from '../../errors.ts';
import { type Documentation, defineClosureMethod } from '../definition.ts';

export const notValue = defineClosureMethod(
  'not',
  [],
  (_args, receiver) => (scope) => {
    const value = receiver.evaluate(scope);
    if (typeof value !== 'boolean') throw typeError('bool', value, receiver.annotation);
    return !value;
  },
  { annotation: (_args, receiver) => `not ${receiver?.annotation ?? ''}` },
);

export const documentation: Documentation = {
  definition: notValue,
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives false for true and true for false.',
  examples: [{ mapping: 'root = this.ok.not()', input: '{"ok":true}', output: 'false' }],
};
