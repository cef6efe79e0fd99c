import { typeError } from '../../errors.ts';
import type { ClosureMethodDefinition } from '../definition.ts';

export const notValue: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'not',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives false for true and true for false.',
  parameters: [],
  annotation: (_args, receiver) => `not ${receiver?.annotation ?? ''}`,
  prepare: (_args, receiver) => (scope) => {
    const value = receiver.evaluate(scope);
    if (typeof value !== 'boolean') throw typeError('bool', value, receiver.annotation);
    return !value;
  },
  examples: [{ mapping: 'root = this.ok.not()', input: '{"ok":true}', output: 'false' }],
};
