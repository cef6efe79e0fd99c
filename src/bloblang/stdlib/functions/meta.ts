import type { FunctionDefinition } from '../definition.ts';
import { metadataText } from '../kernels/metadata-text.ts';

export const metaText: FunctionDefinition = {
  kind: 'function',
  name: 'meta',
  tier: 'extended',
  status: 'deprecated',
  category: 'Deprecated',
  description: "Gives a value of the message's metadata as it came, as a text. Use `metadata` or `@`.",
  parameters: [{ name: 'key', type: 'string', default: '', description: 'Which one.' }],
  annotation: (args) => (args.string('key') === '' ? 'meta object' : `meta field ${args.string('key')}`),
  prepare: (args) => {
    const key = args.string('key');
    return (scope) => metadataText(scope, scope.run.message.meta, key);
  },
  examples: [{ mapping: 'root = meta("topic")', input: '{}', output: 'null' }],
};
