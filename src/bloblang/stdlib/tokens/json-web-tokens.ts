import { isObject } from '../../values.ts';
import type { Example, MethodDefinition } from '../definition.ts';
import { parseToken, signerOf, signToken, type TokenAlgorithm } from '../kernels/json-web-token.ts';
import { textReceiver } from '../receivers.ts';

// `sign_jwt_hs256`, `parse_jwt_es512` and so on: one signing and one parsing method per algorithm.

interface Row {
  readonly algorithm: TokenAlgorithm;
  /** The token in the examples. Only HMAC has one: its key is a short secret, and it signs identically every time. */
  readonly token?: string;
}

const SECRET = 'dont-tell-anyone';
const CLAIMS = '{"sub":"user123"}';
const ROWS: readonly Row[] = [
  {
    algorithm: 'HS256',
    token:
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.hUl-nngPMY_3h9vveWJUPsCcO5PeL6k9hWLnMYeFbFQ',
  },
  {
    algorithm: 'HS384',
    token:
      'eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.zGYLr83aToon1efUNq-hw7XgT20lPvZb8sYei8x6S6mpHwb433SJdXJXx0Oio8AZ',
  },
  {
    algorithm: 'HS512',
    token:
      'eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMTIzIn0.zBNR9o_6EDwXXKkpKLNJhG26j8Dc-mV-YahBwmEdCrmiWt5les8I9rgmNlWIowpq6Yxs4kLNAdFhqoRz3NXT3w',
  },
  { algorithm: 'RS256' },
  { algorithm: 'RS384' },
  { algorithm: 'RS512' },
  { algorithm: 'ES256' },
  { algorithm: 'ES384' },
  { algorithm: 'ES512' },
];

function keyName(algorithm: TokenAlgorithm): string {
  if (algorithm.startsWith('HS')) return 'a secret';
  return algorithm.startsWith('RS') ? 'an RSA key' : 'an elliptic curve key';
}

function refusedKey(call: string, use: 'signing' | 'verification'): Example {
  return {
    mapping: `root = ${call}("no key")`,
    input: '{}',
    error: `failed to parse ${use} key: it has to be a key in PEM form`,
  };
}

export const signJwt: readonly MethodDefinition[] = ROWS.map(({ algorithm, token }) => {
  const name = `sign_jwt_${algorithm.toLowerCase()}`;
  return {
    kind: 'method',
    name,
    tier: 'library',
    status: 'stable',
    category: 'JSON Web Tokens',
    description: `Signs an object of claims as a JSON Web Token with ${algorithm} and ${keyName(algorithm)}.`,
    parameters: [
      {
        name: 'signing_secret',
        type: 'string',
        description: token === undefined ? 'The private key in PEM form.' : 'The secret.',
      },
      { name: 'headers', type: 'any', optional: true, description: 'An object of more headers.' },
    ],
    annotates: false,
    prepare: (args) => {
      const signer = signerOf(args.run, algorithm, args.string('signing_secret'), 'signing');
      const headers = args.has('headers') ? args.any('headers') : null;
      return (receiver, scope) =>
        signToken(scope, algorithm, signer, receiver, isObject(headers) ? headers : {});
    },
    examples: [
      token === undefined
        ? refusedKey(`this.${name}`, 'signing')
        : { mapping: `root = this.${name}("${SECRET}")`, input: CLAIMS, output: `"${token}"` },
    ],
  };
});

export const parseJwt: readonly MethodDefinition[] = ROWS.map(({ algorithm, token }) => {
  const name = `parse_jwt_${algorithm.toLowerCase()}`;
  return {
    kind: 'method',
    name,
    tier: 'library',
    status: 'stable',
    category: 'JSON Web Tokens',
    description: `Checks a JSON Web Token that was signed with ${algorithm} and gives its claims.`,
    parameters: [
      {
        name: 'signing_secret',
        type: 'string',
        description: token === undefined ? 'The public key in PEM form.' : 'The secret.',
      },
    ],
    annotates: false,
    prepare: (args) => {
      const signer = signerOf(args.run, algorithm, args.string('signing_secret'), 'verification');
      return (receiver, scope) => parseToken(scope, algorithm, signer, textReceiver(receiver));
    },
    examples: [
      token === undefined
        ? refusedKey(`this.t.${name}`, 'verification')
        : { mapping: `root = this.t.${name}("${SECRET}")`, input: `{"t":"${token}"}`, output: CLAIMS },
    ],
  };
});
