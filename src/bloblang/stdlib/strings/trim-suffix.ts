import { stepBytes, stringSize } from '../../runtime.ts';
import { aString, type Documentation, defineMethod } from '../definition.ts';
import { mapText, plainText } from '../receivers.ts';

export const trimSuffix = defineMethod('trim_suffix', [aString('suffix')], (args) => {
  const suffix = args.string(0);
  return (receiver, scope) => {
    stepBytes(scope, stringSize(plainText(receiver)));
    return mapText(receiver, (text) =>
      text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
    );
  };
});

export const documentation: Documentation = {
  definition: trimSuffix,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Takes the suffix off the end of the text if it is there.',
  parameters: { suffix: 'The text to take off.' },
  examples: [
    { mapping: 'root = this.file.trim_suffix(".gz")', input: '{"file":"foo.tar.gz"}', output: '"foo.tar"' },
  ],
};
