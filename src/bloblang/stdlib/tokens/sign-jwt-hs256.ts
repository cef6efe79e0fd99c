import { isObject } from '../../values.ts';
import { anyValue, aString, type Documentation, defineMethod, OPTIONAL, PLUGIN } from '../definition.ts';
import { signerOf, signToken } from '../kernels/json-web-token.ts';

export const signJwtHs256 = defineMethod(
  'sign_jwt_hs256',
  [aString('signing_secret'), anyValue('headers', OPTIONAL)],
  (args) => {
    const signer = signerOf('HS256', args.string(0), 'signing');
    const headers = args.has(1) ? args.any(1) : null;
    return (receiver, scope) => signToken(scope, 'HS256', signer, receiver, isObject(headers) ? headers : {});
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: signJwtHs256,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Signs an object of claims as a JSON Web Token with HS256 and a secret.',
  parameters: { signing_secret: 'The secret.', headers: 'An object of more headers.' },
  examples: [
    {
      mapping: 'root = this.sign_jwt_hs256("dont-tell-anyone")',
      input: '{"sub":"user123"}',
      output:
        '"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.hUl-nngPMY_3h9vveWJUPsCcO5PeL6k9hWLnMYeFbFQ"',
    },
  ],
};
