import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { BASE64_ALPHABET, encodeBase64 } from '../../base64.ts';
import { EvaluationError, fail, typeError } from '../../errors.ts';
import { encodeJson, parseJson } from '../../json.ts';
import type { Run, Scope } from '../../runtime.ts';
import {
  decodeUtf8,
  encodeUtf8,
  getOwn,
  isNumber,
  isObject,
  type ObjectValue,
  toFloat,
  type Value,
} from '../../values.ts';
import { BASE64_RAW_URL } from './byte-encodings.ts';

// JSON Web Tokens with a key from the mapping. A method accepts only tokens that use the algorithm in its name.

export type TokenAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'ES256'
  | 'ES384'
  | 'ES512';

const URL_ALPHABET = BASE64_ALPHABET.replace('+', '-').replace('/', '_');
/** The cost of a signature with an RSA key of the most common length. */
const SIGNATURE_STEPS = 2_000;
const RSA_KEY_BITS = 2_048;
/** The cost on the slowest curve that Node supports. The most common curve is thirty times as fast. */
const CURVE_SIGNATURE_STEPS = 4_000;
const COMMON_CURVE = 'prime256v1';
/** The cost of reading a key; an invalid key is read as well. */
const KEY_STEPS = 500;

function encodePart(bytes: Uint8Array): string {
  return encodeBase64(bytes, URL_ALPHABET, false);
}

function hashName(algorithm: TokenAlgorithm): string {
  return `sha${algorithm.slice(2)}`;
}

export interface Signer {
  /** The cost of making or verifying one signature. */
  readonly steps: number;
  readonly sign: (input: Uint8Array) => Uint8Array;
  readonly verify: (input: Uint8Array, signature: Uint8Array) => boolean;
}

function keyFrom(text: string, read: (text: string) => KeyObject, use: string): KeyObject {
  try {
    return read(text);
  } catch {
    // Node's message may quote the key, and a mapping's errors are shown.
    throw fail(`failed to parse ${use} key: it has to be a key in PEM form`);
  }
}

export function signerOf(
  run: Run,
  algorithm: TokenAlgorithm,
  secret: string,
  use: 'signing' | 'verification',
): Signer {
  const hash = hashName(algorithm);
  if (algorithm.startsWith('HS')) {
    const digest = (input: Uint8Array): Uint8Array => createHmac(hash, secret).update(input).digest();
    return {
      steps: SIGNATURE_STEPS,
      sign: digest,
      verify: (input, signature) => {
        const expected = digest(input);
        return expected.length === signature.length && timingSafeEqual(expected, signature);
      },
    };
  }
  run.step(KEY_STEPS);
  const key = keyFrom(secret, use === 'signing' ? createPrivateKey : createPublicKey, use);
  const wanted = algorithm.startsWith('RS') ? 'rsa' : 'ec';
  if (key.asymmetricKeyType !== wanted)
    throw fail(`failed to parse ${use} key: ${algorithm} needs a key of type ${wanted}`);
  // In a token, the two numbers of an ECDSA signature are concatenated, without DER.
  const options = wanted === 'ec' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : { key };
  // The time grows with the cube of an RSA key's length.
  const { modulusLength: bits = RSA_KEY_BITS, namedCurve = COMMON_CURVE } = key.asymmetricKeyDetails ?? {};
  return {
    steps:
      namedCurve !== COMMON_CURVE
        ? CURVE_SIGNATURE_STEPS
        : Math.ceil(SIGNATURE_STEPS * Math.max(1, (bits / RSA_KEY_BITS) ** 3)),
    sign: (input) => sign(hash, input, options),
    verify: (input, signature) => verify(hash, input, options, signature),
  };
}

export function signToken(
  scope: Scope,
  algorithm: TokenAlgorithm,
  signer: Signer,
  claims: Value,
  headers: ObjectValue,
): string {
  if (!isObject(claims)) throw typeError('object', claims);
  const { run } = scope;
  run.step(signer.steps);
  run.allocateKeys(run.keysOf(headers).length);
  const header = encodeJson({ typ: 'JWT', ...headers, alg: algorithm }, { escapeHtml: true, run });
  const payload = encodeJson(claims, { escapeHtml: true, maxLength: run.limits.stringBytes, run });
  // Both become bytes, then base64, then bytes again for hashing.
  run.allocate((header.length + payload.length) * 6);
  run.reads((header.length + payload.length) * 2);
  const input = `${encodePart(encodeUtf8(header))}.${encodePart(encodeUtf8(payload))}`;
  return run.made(`${input}.${encodePart(signer.sign(encodeUtf8(input)))}`);
}

function decodePart(part: string): Uint8Array | undefined {
  const decoded = BASE64_RAW_URL.decode(encodeUtf8(part));
  return decoded.ok ? decoded.value : undefined;
}

function parsePart(run: Run, part: string): Value | undefined {
  const bytes = decodePart(part);
  if (bytes === undefined) return undefined;
  try {
    return parseJson(decodeUtf8(bytes), 'float', 'refuse', run);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    // The part is not JSON, so the token is malformed; the caller says which part.
    return undefined;
  }
}

export function parseToken(scope: Scope, algorithm: TokenAlgorithm, signer: Signer, token: string): Value {
  const refuse = (why: string): never => {
    throw fail(`parsing JWT string: ${why}`);
  };
  const { run } = scope;
  // Each part is decoded from base64, and the first two parts are hashed.
  run.allocate(token.length * 4);
  run.reads(token.length * 2);
  run.step(signer.steps);
  // A fourth part already proves the token malformed.
  const parts = token.split('.', 4);
  const [headerPart = '', payloadPart = '', signaturePart = ''] = parts;
  if (parts.length !== 3) refuse('token is malformed: token contains an invalid number of segments');
  const header = parsePart(run, headerPart);
  if (header === undefined || !isObject(header))
    return refuse('token is malformed: could not decode the header');
  const claims = parsePart(run, payloadPart);
  if (claims === undefined || !isObject(claims))
    return refuse('token is malformed: could not decode the claims');
  const named = getOwn(header, 'alg');
  if (named !== algorithm) {
    refuse(`token signature is invalid: signing method ${typeof named === 'string' ? named : ''} is invalid`);
  }
  const signature = decodePart(signaturePart);
  if (signature === undefined) return refuse('token is malformed: could not decode the signature');
  if (!signer.verify(encodeUtf8(`${headerPart}.${payloadPart}`), signature)) {
    const family = {
      HS: 'signature is invalid',
      RS: 'crypto/rsa: verification error',
      ES: 'crypto/ecdsa: verification error',
    };
    const key = algorithm.startsWith('HS') ? 'HS' : algorithm.startsWith('RS') ? 'RS' : 'ES';
    refuse(`token signature is invalid: ${family[key]}`);
  }
  checkTimes(scope, claims, refuse);
  return claims;
}

function checkTimes(scope: Scope, claims: ObjectValue, refuse: (why: string) => never): void {
  const now = Number(scope.run.environment.nowNs()) / 1e9;
  const seconds = (name: string): number | undefined => {
    const value = getOwn(claims, name);
    return value !== undefined && isNumber(value) ? toFloat(value) : undefined;
  };
  const expires = seconds('exp');
  if (expires !== undefined && now >= expires) refuse('token has invalid claims: token is expired');
  const notBefore = seconds('nbf');
  if (notBefore !== undefined && now < notBefore) refuse('token has invalid claims: token is not valid yet');
}
