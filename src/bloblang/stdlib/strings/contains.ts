import { typeError } from '../../errors.ts';
import { valueText } from '../../json.ts';
import { equals } from '../../operations.ts';
import { isArray, isBytes, isObject } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { placeOf } from '../kernels/text-search.ts';
import { plainText } from '../receivers.ts';

export const contains: MethodDefinition = {
  kind: 'method',
  name: 'contains',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Tells whether a text has the argument in it, or an array or object has an element equal to it.',
  parameters: [
    { name: 'value', type: 'any', description: 'What to look for; made a text when the receiver is one.' },
  ],
  prepare: (args) => {
    const wanted = args.any('value');
    return (receiver, scope) => {
      if (typeof receiver === 'string' || isBytes(receiver)) {
        return placeOf(scope.run, plainText(receiver), valueText(wanted, scope.run)) >= 0;
      }
      if (isArray(receiver)) return receiver.some((element) => equals(wanted, element, scope.run));
      if (isObject(receiver)) {
        return scope.run.keysOf(receiver).some((key) => equals(wanted, receiver[key] ?? null, scope.run));
      }
      throw typeError('string, array or object', receiver);
    };
  },
  examples: [
    { mapping: 'root = this.v.contains("oba")', input: '{"v":"foobar"}', output: 'true' },
    { mapping: 'root = this.v.contains(20)', input: '{"v":[10.3,20.0,"huh"]}', output: 'true' },
  ],
};
