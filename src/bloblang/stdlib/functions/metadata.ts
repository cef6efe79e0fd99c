import { getOwn } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const metadata = defineFunction({
  name: 'metadata',
  parameters: [{ name: 'key', type: 'string', default: '' }],
  annotation: (args) => (args.string(0) === '' ? 'metadata' : `metadata field ${args.string(0)}`),
  prepare: (args) => {
    const key = args.string(0);
    return (scope) => {
      const { meta } = scope.run.message;
      return key === '' ? meta : (getOwn(meta, key) ?? null);
    };
  },
});

export const documentation: Documentation = {
  definition: metadata,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: "Gives a value of the message's metadata as it came, or all of it.",
  parameters: { key: 'Which one.' },
  examples: [{ mapping: 'root = metadata("topic")', input: '{}', output: 'null' }],
};
