import { aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { parseToken, signerOf } from '../kernels/json-web-token.ts';
import { textReceiver } from '../receivers.ts';

export const parseJwtRs512 = defineMethod(
  'parse_jwt_rs512',
  [aString('signing_secret')],
  (args) => {
    const signer = signerOf('RS512', args.string(0), 'verification');
    return (receiver, scope) => parseToken(scope, 'RS512', signer, textReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseJwtRs512,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Checks a JSON Web Token that was signed with RS512 and gives its claims.',
  parameters: { signing_secret: 'The public key in PEM form.' },
  examples: [
    {
      mapping: 'root = this.t.parse_jwt_rs512("no key")',
      input: '{}',
      error: 'failed to parse verification key: it has to be a key in PEM form',
    },
  ],
};
