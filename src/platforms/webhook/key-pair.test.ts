import { expect, it } from 'vitest';
import { newKeyPair, privateJwk, publicJwk } from './key-pair.ts';
import { sign, signingKey } from './signature.ts';

// RFC 8037, appendix A.
const X = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const THUMBPRINT = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';

it('shows the public key of RFC 8037 as it stands there, by its thumbprint', () => {
  const publicKey = `whpk_${Buffer.from(X, 'base64url').toString('base64')}`;
  expect(publicJwk(publicKey)).toEqual({
    kty: 'OKP',
    crv: 'Ed25519',
    x: X,
    kid: THUMBPRINT,
    use: 'sig',
    alg: 'EdDSA',
  });
});

it('makes another pair each time, whose halves belong together', () => {
  const { privateKey, publicKey } = newKeyPair();
  expect(newKeyPair().privateKey).not.toBe(privateKey);
  expect(publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  expect(privateKey).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/);
  expect(privateJwk(privateKey).x).toBe(publicJwk(publicKey).x);
  expect(privateJwk(privateKey).d).not.toBe(publicJwk(publicKey).x);
});

it.each([
  ['a text', '{"test": 2432232314}'],
  ['bytes', Buffer.from('{"test": 2432232314}')],
])('signs %s as the implementation does that v1a comes from', (_what, body) => {
  // The test vector of Svix's server.
  const key = signingKey(
    'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  );
  expect(sign(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toBe(
    'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
  );
});
