import { aString, type Documentation, defineMethod } from '../definition.ts';
import { compareBcrypt } from '../kernels/password-hashes.ts';
import { textReceiver } from '../receivers.ts';

export const compareBcryptHash = defineMethod('compare_bcrypt', [aString('hashed_secret')], (args) => {
  const hash = args.string(0);
  return (receiver, scope) => compareBcrypt(scope.run, textReceiver(receiver), hash);
});

export const documentation: Documentation = {
  definition: compareBcryptHash,
  tier: 'library',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether a password is the one of a bcrypt hash.',
  parameters: { hashed_secret: 'The hash.' },
  examples: [
    {
      mapping:
        'root = this.secret.compare_bcrypt("$2y$10$Dtnt5NNzVtMCOZONT705tOcS8It6krJX8bEjnDJnwxiFKsz1C.3Ay")',
      input: '{"secret":"there-are-many-blobs-in-the-sea"}',
      output: 'true',
    },
  ],
};
