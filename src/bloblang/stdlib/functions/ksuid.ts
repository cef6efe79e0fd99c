import { type Documentation, defineFunction } from '../definition.ts';
import { ksuidOf } from '../kernels/unique-ids.ts';

export const ksuid = defineFunction(
  'ksuid',
  [],
  () =>
    ({ run: { environment } }) =>
      ksuidOf(environment.nowNs(), environment.randomBytes(16)),
);

export const documentation: Documentation = {
  definition: ksuid,
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives a KSUID: 27 letters and digits that begin with the time.',
  examples: [{ mapping: 'root = ksuid().length()', input: '{}', output: '27' }],
};
