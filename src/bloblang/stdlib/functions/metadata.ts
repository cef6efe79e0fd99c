import { getOwn } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';

export const metadata: FunctionDefinition = {
  kind: 'function',
  name: 'metadata',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: "Gives a value of the message's metadata as it came, or all of it.",
  parameters: [{ name: 'key', type: 'string', default: '', description: 'Which one.' }],
  annotation: (args) =>
    args.string('key') === '' ? 'metadata object' : `metadata field ${args.string('key')}`,
  prepare: (args) => {
    const key = args.string('key');
    return (scope) => {
      const { meta } = scope.run.message;
      return key === '' ? meta : (getOwn(meta, key) ?? null);
    };
  },
  examples: [{ mapping: 'root = metadata("topic")', input: '{}', output: 'null' }],
};
