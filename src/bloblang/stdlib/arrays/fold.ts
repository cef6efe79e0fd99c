import { evaluateWith } from '../../runtime.ts';
import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const fold: MethodDefinition = {
  kind: 'method',
  name: 'fold',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Goes through an array with a tally: the query sees `tally` and `value` and gives the next tally.',
  parameters: [
    { name: 'initial', type: 'any', description: 'The tally to begin with.' },
    { name: 'query', type: 'query', description: 'Gives the next tally.' },
  ],
  prepare: (args) => {
    const initial = args.any('initial');
    const query = args.query('query');
    return (receiver, scope) => {
      let tally = initial;
      for (const value of arrayReceiver(receiver)) tally = evaluateWith(query, scope, { tally, value });
      return tally;
    };
  },
  examples: [
    {
      mapping: 'root = this.v.fold(0, item -> item.tally + item.value)',
      input: '{"v":[3,8,11]}',
      output: '22',
    },
  ],
};
