import { byteLength } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { mapText } from '../receivers.ts';

export const trimSuffix: MethodDefinition = {
  kind: 'method',
  name: 'trim_suffix',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Takes the suffix off the end of the text if it is there.',
  parameters: [{ name: 'suffix', type: 'string', description: 'The text to take off.' }],
  prepare: (args) => {
    const suffix = args.string('suffix');
    return (receiver, scope) =>
      mapText(receiver, (text) => {
        scope.run.stepBytes(byteLength(text));
        return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text;
      });
  },
  examples: [
    { mapping: 'root = this.file.trim_suffix(".gz")', input: '{"file":"foo.tar.gz"}', output: '"foo.tar"' },
  ],
};
