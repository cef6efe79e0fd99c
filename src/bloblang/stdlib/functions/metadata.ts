import { getOwn } from '../../values.ts';
import { aString, type Documentation, defineFunction } from '../definition.ts';

export const metadata = defineFunction(
  'metadata',
  [aString('key', { default: '' })],
  (args) => {
    const key = args.string(0);
    return (scope) => {
      const { meta } = scope.run.message;
      return key === '' ? meta : (getOwn(meta, key) ?? null);
    };
  },
  { annotation: (args) => (args.string(0) === '' ? 'metadata object' : `metadata field ${args.string(0)}`) },
);

export const documentation: Documentation = {
  definition: metadata,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: "Gives a value of the message's metadata as it came, or all of it.",
  parameters: { key: 'Which one.' },
  examples: [{ mapping: 'root = metadata("topic")', input: '{}', output: 'null' }],
};
