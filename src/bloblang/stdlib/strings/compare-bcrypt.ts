import type { MethodDefinition } from '../definition.ts';
import { compareBcrypt } from '../kernels/password-hashes.ts';
import { textReceiver } from '../receivers.ts';

export const compareBcryptHash: MethodDefinition = {
  kind: 'method',
  name: 'compare_bcrypt',
  tier: 'library',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether a password is the one of a bcrypt hash.',
  parameters: [{ name: 'hashed_secret', type: 'string', description: 'The hash.' }],
  prepare: (args) => {
    const hash = args.string('hashed_secret');
    return (receiver, scope) => compareBcrypt(scope.run, textReceiver(receiver), hash);
  },
  examples: [
    {
      mapping:
        'root = this.secret.compare_bcrypt("$2y$10$Dtnt5NNzVtMCOZONT705tOcS8It6krJX8bEjnDJnwxiFKsz1C.3Ay")',
      input: '{"secret":"there-are-many-blobs-in-the-sea"}',
      output: 'true',
    },
  ],
};
