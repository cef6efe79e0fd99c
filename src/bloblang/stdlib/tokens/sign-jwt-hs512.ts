import { isObject } from '../../values.ts';
import { anyValue, aString, type Documentation, defineMethod, OPTIONAL, PLUGIN } from '../definition.ts';
import { signerOf, signToken } from '../kernels/json-web-token.ts';

export const signJwtHs512 = defineMethod(
  'sign_jwt_hs512',
  [aString('signing_secret'), anyValue('headers', OPTIONAL)],
  (args) => {
    const signer = signerOf('HS512', args.string(0), 'signing');
    const headers = args.has(1) ? args.any(1) : null;
    return (receiver, scope) => signToken(scope, 'HS512', signer, receiver, isObject(headers) ? headers : {});
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: signJwtHs512,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Signs an object of claims as a JSON Web Token with HS512 and a secret.',
  parameters: { signing_secret: 'The secret.', headers: 'An object of more headers.' },
  examples: [
    {
      mapping: 'root = this.sign_jwt_hs512("dont-tell-anyone")',
      input: '{"sub":"user123"}',
      output:
        '"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.zBNR9o_6EDwXXKkpKLNJhG26j8Dc-mV-YahBwmEdCrmiWt5les8I9rgmNlWIowpq6Yxs4kLNAdFhqoRz3NXT3w"',
    },
  ],
};
