import type { MethodDefinition } from '../definition.ts';
import { compareArgon2 } from '../kernels/password-hashes.ts';
import { textReceiver } from '../receivers.ts';

export const compareArgon2Hash: MethodDefinition = {
  kind: 'method',
  name: 'compare_argon2',
  tier: 'library',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether a password is the one of an argon2 hash.',
  parameters: [{ name: 'hashed_secret', type: 'string', description: 'The hash.' }],
  prepare: (args) => {
    const hash = args.string('hashed_secret');
    return (receiver, scope) => compareArgon2(scope.run, textReceiver(receiver), hash);
  },
  examples: [
    {
      mapping:
        'root = this.secret.compare_argon2("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHktbWNzYWx0ZmFjZQ$RMUMwgtS32/mbszd+ke4o4Ej1jFpYiUqY6MHWa69X7Y")',
      input: '{"secret":"there-are-many-blobs-in-the-sea"}',
      output: 'true',
    },
  ],
};
