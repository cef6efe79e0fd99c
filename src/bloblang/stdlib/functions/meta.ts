import { aString, type Documentation, defineFunction } from '../definition.ts';
import { metadataText } from '../kernels/metadata-text.ts';

export const metaText = defineFunction(
  'meta',
  [aString('key', { default: '' })],
  (args) => {
    const key = args.string(0);
    return (scope) => metadataText(scope, scope.run.message.meta, key);
  },
  { annotation: (args) => (args.string(0) === '' ? 'meta object' : `meta field ${args.string(0)}`) },
);

export const documentation: Documentation = {
  definition: metaText,
  tier: 'extended',
  status: 'deprecated',
  category: 'Deprecated',
  description: "Gives a value of the message's metadata as it came, as a text. Use `metadata` or `@`.",
  parameters: { key: 'Which one.' },
  examples: [{ mapping: 'root = meta("topic")', input: '{}', output: 'null' }],
};
