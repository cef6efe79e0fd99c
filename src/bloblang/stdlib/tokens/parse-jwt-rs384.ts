import { aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { parseToken, signerOf } from '../kernels/json-web-token.ts';
import { textReceiver } from '../receivers.ts';

export const parseJwtRs384 = defineMethod(
  'parse_jwt_rs384',
  [aString('signing_secret')],
  (args) => {
    const signer = signerOf('RS384', args.string(0), 'verification');
    return (receiver, scope) => parseToken(scope, 'RS384', signer, textReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseJwtRs384,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Checks a JSON Web Token that was signed with RS384 and gives its claims.',
  parameters: { signing_secret: 'The public key in PEM form.' },
  examples: [
    {
      mapping: 'root = this.t.parse_jwt_rs384("no key")',
      input: '{}',
      error: 'failed to parse verification key: it has to be a key in PEM form',
    },
  ],
};
