import { fail, typeError } from '../../errors.ts';
import { isArray, isObject } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const notEmpty: MethodDefinition = {
  kind: 'method',
  name: 'not_empty',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Gives the text, array or object, and fails if there is nothing in it.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    if (typeof receiver === 'string') {
      if (receiver === '') throw fail('string value is empty');
    } else if (isArray(receiver)) {
      if (receiver.length === 0) throw fail('array value is empty');
    } else if (isObject(receiver)) {
      if (scope.run.keysOf(receiver).length === 0) throw fail('object value is empty');
    } else throw typeError('string, array or object', receiver);
    return receiver;
  },
  examples: [
    { mapping: 'root = this.a.not_empty()', input: '{"a":"foo"}', output: '"foo"' },
    {
      mapping: 'root = this.a.not_empty()',
      input: '{"a":[]}',
      error: 'failed assignment (line 1): field `this.a`: array value is empty',
    },
  ],
};
