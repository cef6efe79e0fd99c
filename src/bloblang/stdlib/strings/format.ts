import type { MethodDefinition } from '../definition.ts';
import { goFormat } from '../kernels/go-format.ts';
import { textReceiver } from '../receivers.ts';

export const format: MethodDefinition = {
  kind: 'method',
  name: 'format',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Fills the verbs of the text (`%s`, `%d`, `%05.2f`, `%v` …) with the arguments, as in Go.',
  parameters: 'variadic',
  prepare: (args) => {
    const values = args.rest();
    return (receiver, scope) => {
      const { run } = scope;
      let size = 0;
      return goFormat(textReceiver(receiver), values, (bytes) => {
        size += bytes;
        if (size > run.limits.stringBytes) run.allocateString(size);
        run.allocate(bytes);
      });
    };
  },
  examples: [
    {
      mapping: 'root = "%s(%v): %v".format(this.name, this.age, this.fingers)',
      input: '{"name":"lance","age":37,"fingers":13}',
      output: '"lance(37): 13"',
    },
    { mapping: 'root = "%05.1f|%-4s|%x".format(3.14159, "ab", 255)', input: '{}', output: '"003.1|ab  |ff"' },
  ],
};
