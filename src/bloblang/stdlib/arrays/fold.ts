import { evaluateWith } from '../../runtime.ts';
import { anyValue, aQuery, type Documentation, defineMethod } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const fold = defineMethod('fold', [anyValue('initial'), aQuery('query')], (args) => {
  const initial = args.any(0);
  const query = args.query(1);
  return (receiver, scope) => {
    let tally = initial;
    for (const value of arrayReceiver(receiver)) tally = evaluateWith(query, scope, { tally, value });
    return tally;
  };
});

export const documentation: Documentation = {
  definition: fold,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Goes through an array with a tally: the query sees `tally` and `value` and gives the next tally.',
  parameters: { initial: 'The tally to begin with.', query: 'Gives the next tally.' },
  examples: [
    {
      mapping: 'root = this.v.fold(0, item -> item.tally + item.value)',
      input: '{"v":[3,8,11]}',
      output: '22',
    },
  ],
};
