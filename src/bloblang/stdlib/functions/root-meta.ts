import { aString, type Documentation, defineFunction } from '../definition.ts';
import { metadataText } from '../kernels/metadata-text.ts';

export const rootMeta = defineFunction(
  'root_meta',
  [aString('key', { default: '' })],
  (args) => {
    const key = args.string(0);
    return (scope) => metadataText(scope, scope.run.meta, key);
  },
  {
    annotation: (args) => (args.string(0) === '' ? 'root_meta object' : `root_meta field ${args.string(0)}`),
  },
);

export const documentation: Documentation = {
  definition: rootMeta,
  tier: 'extended',
  status: 'deprecated',
  category: 'Deprecated',
  description: 'Gives a value of the new metadata, as a text. Use `@`.',
  parameters: { key: 'Which one.' },
  examples: [{ mapping: 'meta topic = "a"\nroot = root_meta("topic")', input: '{}', output: '"a"' }],
};
