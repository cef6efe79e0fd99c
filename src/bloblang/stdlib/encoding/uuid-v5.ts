import { fail } from '../../errors.ts';
import { quoteStart } from '../../text.ts';
import type { MethodDefinition } from '../definition.ts';
import { uuidSpace, uuidV5 } from '../kernels/unique-ids.ts';
import { textReceiver } from '../receivers.ts';

export const uuidV5Method: MethodDefinition = {
  kind: 'method',
  name: 'uuid_v5',
  tier: 'extended',
  status: 'stable',
  category: 'Encoding and Encryption',
  description:
    'Gives the UUID that a name has in a name space: `dns`, `url`, `oid`, `x500` or a UUID; the nil UUID without one. Null stays null.',
  parameters: [{ name: 'ns', type: 'string', optional: true, description: 'The name space.' }],
  prepare: (args) => {
    const name = args.has('ns') ? args.string('ns') : undefined;
    const space = name === undefined ? new Uint8Array(16) : uuidSpace(name);
    const refusal = space === undefined ? `invalid ns uuid: ${quoteStart(name ?? '')}` : '';
    return (receiver, scope) => {
      if (receiver === null) return null;
      if (space === undefined) throw fail(refusal);
      const text = textReceiver(receiver);
      scope.run.stepBytes(text.length);
      return uuidV5(space, text);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.uuid_v5("dns")',
      input: '{"v":"example.com"}',
      output: '"cfbff0d1-9375-5685-968c-48ce8b15ae17"',
    },
  ],
};
