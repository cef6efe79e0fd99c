import { typeError, wrap } from '../../errors.ts';
import { comparableText } from '../../operations.ts';
import { evaluateWith } from '../../runtime.ts';
import { isNumber, toFloat } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { isNew } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const unique: MethodDefinition = {
  kind: 'method',
  name: 'unique',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Keeps the first of every string and number that an array has several times; a query may give what to compare.',
  parameters: [
    { name: 'emit', type: 'query', optional: true, description: 'Gives the string or number to compare by.' },
  ],
  prepare: (args) => {
    const emit = args.has('emit') ? args.query('emit') : undefined;
    return (receiver, scope) => {
      const texts = new Set<string>();
      const numbers = new Set<number>();
      const kept = arrayReceiver(receiver).filter((element, index) => {
        try {
          scope.run.allocateEntries(4);
          const value = emit === undefined ? element : evaluateWith(emit, scope, element);
          if (isNumber(value)) return isNew(numbers, toFloat(value));
          const text = comparableText(value, scope.run);
          if (text !== undefined) scope.run.stepBytes(text.length);
          if (text === undefined) throw typeError('string or number', value);
          return isNew(texts, text);
        } catch (error) {
          throw wrap(`index ${index}: `, error);
        }
      });
      scope.run.allocateEntries(kept.length);
      return kept;
    };
  },
  examples: [
    { mapping: 'root = this.v.unique()', input: '{"v":["a","b","a"]}', output: '["a","b"]' },
    {
      mapping: 'root = this.v.unique(u -> u.id)',
      input: '{"v":[{"id":1,"n":"a"},{"id":1,"n":"b"}]}',
      output: '[{"id":1,"n":"a"}]',
    },
  ],
};
