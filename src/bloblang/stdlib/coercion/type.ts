import { typeOf } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const typeName = defineMethod('type', [], () => (receiver) => typeOf(receiver));

export const documentation: Documentation = {
  definition: typeName,
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    "Gives the name of the value's type: string, bytes, number, bool, timestamp, array, object, null, delete or nothing.",
  examples: [
    {
      mapping: 'root = this.map_each(v -> v.type())',
      input: '["a",1,true,null,{},[]]',
      output: '["string","number","bool","null","object","array"]',
    },
  ],
};
