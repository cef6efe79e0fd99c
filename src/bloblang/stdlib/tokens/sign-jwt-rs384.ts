import { isObject } from '../../values.ts';
import { anyValue, aString, type Documentation, defineMethod, OPTIONAL, PLUGIN } from '../definition.ts';
import { signerOf, signToken } from '../kernels/json-web-token.ts';

export const signJwtRs384 = defineMethod(
  'sign_jwt_rs384',
  [aString('signing_secret'), anyValue('headers', OPTIONAL)],
  (args) => {
    const signer = signerOf('RS384', args.string(0), 'signing');
    const headers = args.has(1) ? args.any(1) : null;
    return (receiver, scope) => signToken(scope, 'RS384', signer, receiver, isObject(headers) ? headers : {});
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: signJwtRs384,
  tier: 'library',
  status: 'stable',
  category: 'JSON Web Tokens',
  description: 'Signs an object of claims as a JSON Web Token with RS384 and an RSA key.',
  parameters: { signing_secret: 'The private key in PEM form.', headers: 'An object of more headers.' },
  examples: [
    {
      mapping: 'root = this.sign_jwt_rs384("no key")',
      input: '{}',
      error: 'failed to parse signing key: it has to be a key in PEM form',
    },
  ],
};
