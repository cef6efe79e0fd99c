import { aString, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { parseToken, signerOf } from '../kernels/json-web-token.ts';
import { textReceiver } from '../receivers.ts';

export const parseJwtHs256 = defineMethod(
  'parse_jwt_hs256',
  [aString('signing_secret')],
  (args) => {
    const signer = signerOf('HS256', args.string(0), 'verification');
    return (receiver, scope) => parseToken(scope, 'HS256', signer, textReceiver(receiver));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseJwtHs256,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Checks a JSON Web Token that was signed with HS256 and gives its claims.',
  parameters: { signing_secret: 'The secret.' },
  examples: [
    {
      mapping: 'root = this.t.parse_jwt_hs256("dont-tell-anyone")',
      input:
        '{"t":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.hUl-nngPMY_3h9vveWJUPsCcO5PeL6k9hWLnMYeFbFQ"}',
      output: '{"sub":"user123"}',
    },
  ],
};
