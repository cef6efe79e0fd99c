import { fail } from '../../errors.ts';
import { stepBytes } from '../../runtime.ts';
import { quote } from '../../text.ts';
import { aString, type Documentation, defineMethod, OPTIONAL } from '../definition.ts';
import { uuidSpace, uuidV5 } from '../kernels/unique-ids.ts';
import { textReceiver } from '../receivers.ts';

export const uuidV5Method = defineMethod('uuid_v5', [aString('ns', OPTIONAL)], (args) => {
  const name = args.has(0) ? args.string(0) : undefined;
  const space = name === undefined ? new Uint8Array(16) : uuidSpace(name);
  return (receiver, scope) => {
    if (receiver === null) return null;
    if (space === undefined) throw fail(`invalid ns uuid: ${quote(name ?? '')}`);
    const text = textReceiver(receiver);
    stepBytes(scope, text.length);
    return uuidV5(space, text);
  };
});

export const documentation: Documentation = {
  definition: uuidV5Method,
  tier: 'extended',
  status: 'stable',
  category: 'Encoding and Encryption',
  description:
    'Gives the UUID that a name has in a name space: `dns`, `url`, `oid`, `x500` or a UUID; the nil UUID without one. Null stays null.',
  parameters: { ns: 'The name space.' },
  examples: [
    {
      mapping: 'root = this.v.uuid_v5("dns")',
      input: '{"v":"example.com"}',
      output: '"cfbff0d1-9375-5685-968c-48ce8b15ae17"',
    },
  ],
};
