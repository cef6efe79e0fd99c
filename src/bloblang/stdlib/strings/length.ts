import { typeError } from '../../errors.ts';
import { byteLength, isArray, isBytes, isObject } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const length: MethodDefinition = {
  kind: 'method',
  name: 'length',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the number of bytes of a text, of elements of an array or of keys of an object.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    if (typeof receiver === 'string') return byteLength(receiver);
    if (isBytes(receiver) || isArray(receiver)) return receiver.length;
    if (isObject(receiver)) return scope.run.keysOf(receiver).length;
    throw typeError('string, array or object', receiver);
  },
  examples: [
    { mapping: 'root = this.v.length()', input: '{"v":"héllo"}', output: '6' },
    { mapping: 'root = this.v.length()', input: '{"v":["a","b"]}', output: '2' },
  ],
};
