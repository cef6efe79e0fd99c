import { aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { parseToken, signerOf } from '../kernels/json-web-token.ts';
import { textReceiver } from '../receivers.ts';

export const parseJwtHs512 = defineMethod(
  'parse_jwt_hs512',
  [aString('signing_secret')],
  (args) => {
    const signer = signerOf('HS512', args.string(0), 'verification');
    return (receiver, scope) => parseToken(scope, 'HS512', signer, textReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseJwtHs512,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Checks a JSON Web Token that was signed with HS512 and gives its claims.',
  parameters: { signing_secret: 'The secret.' },
  examples: [
    {
      mapping: 'root = this.t.parse_jwt_hs512("dont-tell-anyone")',
      input:
        '{"t":"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.zBNR9o_6EDwXXKkpKLNJhG26j8Dc-mV-YahBwmEdCrmiWt5les8I9rgmNlWIowpq6Yxs4kLNAdFhqoRz3NXT3w"}',
      output: '{"sub":"user123"}',
    },
  ],
};
