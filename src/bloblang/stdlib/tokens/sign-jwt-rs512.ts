import { isObject } from '../../values.ts';
import { anyValue, aString, type Documentation, defineMethod, OPTIONAL, PLUGIN } from '../definition.ts';
import { signerOf, signToken } from '../kernels/json-web-token.ts';

export const signJwtRs512 = defineMethod(
  'sign_jwt_rs512',
  [aString('signing_secret'), anyValue('headers', OPTIONAL)],
  (args) => {
    const signer = signerOf('RS512', args.string(0), 'signing');
    const headers = args.has(1) ? args.any(1) : null;
    return (receiver, scope) => signToken(scope, 'RS512', signer, receiver, isObject(headers) ? headers : {});
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: signJwtRs512,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Signs an object of claims as a JSON Web Token with RS512 and an RSA key.',
  parameters: { signing_secret: 'The private key in PEM form.', headers: 'An object of more headers.' },
  examples: [
    {
      mapping: 'root = this.sign_jwt_rs512("no key")',
      input: '{}',
      error: 'failed to parse signing key: it has to be a key in PEM form',
    },
  ],
};
