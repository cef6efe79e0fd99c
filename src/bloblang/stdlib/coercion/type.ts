import { typeOf } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const typeName: MethodDefinition = {
  kind: 'method',
  name: 'type',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    "Gives the name of the value's type: string, bytes, number, bool, timestamp, array, object, null, delete or nothing.",
  parameters: [],
  prepare: () => (receiver) => typeOf(receiver),
  examples: [
    {
      mapping: 'root = this.map_each(v -> v.type())',
      input: '["a",1,true,null,{},[]]',
      output: '["string","number","bool","null","object","array"]',
    },
  ],
};
