import { isObject } from '../../values.ts';
import { anyValue, aString, type Documentation, defineMethod, OPTIONAL, PLUGIN } from '../definition.ts';
import { signerOf, signToken } from '../kernels/json-web-token.ts';

export const signJwtHs384 = defineMethod(
  'sign_jwt_hs384',
  [aString('signing_secret'), anyValue('headers', OPTIONAL)],
  (args) => {
    const signer = signerOf('HS384', args.string(0), 'signing');
    const headers = args.has(1) ? args.any(1) : null;
    return (receiver, scope) => signToken(scope, 'HS384', signer, receiver, isObject(headers) ? headers : {});
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: signJwtHs384,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Signs an object of claims as a JSON Web Token with HS384 and a secret.',
  parameters: { signing_secret: 'The secret.', headers: 'An object of more headers.' },
  examples: [
    {
      mapping: 'root = this.sign_jwt_hs384("dont-tell-anyone")',
      input: '{"sub":"user123"}',
      output:
        '"eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.zGYLr83aToon1efUNq-hw7XgT20lPvZb8sYei8x6S6mpHwb433SJdXJXx0Oio8AZ"',
    },
  ],
};
