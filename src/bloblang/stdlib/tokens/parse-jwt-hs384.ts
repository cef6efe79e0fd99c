import { aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { parseToken, signerOf } from '../kernels/json-web-token.ts';
import { textReceiver } from '../receivers.ts';

export const parseJwtHs384 = defineMethod(
  'parse_jwt_hs384',
  [aString('signing_secret')],
  (args) => {
    const signer = signerOf('HS384', args.string(0), 'verification');
    return (receiver, scope) => parseToken(scope, 'HS384', signer, textReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseJwtHs384,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Checks a JSON Web Token that was signed with HS384 and gives its claims.',
  parameters: { signing_secret: 'The secret.' },
  examples: [
    {
      mapping: 'root = this.t.parse_jwt_hs384("dont-tell-anyone")',
      input:
        '{"t":"eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.zGYLr83aToon1efUNq-hw7XgT20lPvZb8sYei8x6S6mpHwb433SJdXJXx0Oio8AZ"}',
      output: '{"sub":"user123"}',
    },
  ],
};
