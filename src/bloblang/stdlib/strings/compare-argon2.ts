import { aString, type Documentation, defineMethod } from '../definition.ts';
import { compareArgon2 } from '../kernels/password-hashes.ts';
import { textReceiver } from '../receivers.ts';

export const compareArgon2Hash = defineMethod('compare_argon2', [aString('hashed_secret')], (args) => {
  const hash = args.string(0);
  return (receiver, scope) => compareArgon2(scope.run, textReceiver(receiver), hash);
});

export const documentation: Documentation = {
  definition: compareArgon2Hash,
  tier: 'library',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether a password is the one of an argon2 hash.',
  parameters: { hashed_secret: 'The hash.' },
  examples: [
    {
      mapping:
        'root = this.secret.compare_argon2("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHktbWNzYWx0ZmFjZQ$RMUMwgtS32/mbszd+ke4o4Ej1jFpYiUqY6MHWa69X7Y")',
      input: '{"secret":"there-are-many-blobs-in-the-sea"}',
      output: 'true',
    },
  ],
};
