import type { FunctionDefinition } from '../definition.ts';
import { metadataText } from '../kernels/metadata-text.ts';

export const rootMeta: FunctionDefinition = {
  kind: 'function',
  name: 'root_meta',
  tier: 'extended',
  status: 'deprecated',
  category: 'Deprecated',
  description: 'Gives a value of the new metadata, as a text. Use `@`.',
  parameters: [{ name: 'key', type: 'string', default: '', description: 'Which one.' }],
  annotation: (args) =>
    args.string('key') === '' ? 'root_meta object' : `root_meta field ${args.string('key')}`,
  prepare: (args) => {
    const key = args.string('key');
    return (scope) => metadataText(scope, scope.run.meta, key);
  },
  examples: [{ mapping: 'meta topic = "a"\nroot = root_meta("topic")', input: '{}', output: '"a"' }],
};
