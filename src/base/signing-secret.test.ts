import { expect, it } from 'vitest';
import { newSigningSecret, signingSecretFault } from './signing-secret.ts';

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 0xfb).toString('base64')}`;

it.each([newSigningSecret(), secretOf(24), secretOf(64)])('%s is a signing secret', (text) => {
  expect(signingSecretFault(text)).toBeUndefined();
});

it.each([
  ['', /does not begin with it/],
  [secretOf(32).slice('whsec_'.length), /does not begin with it/],
  [secretOf(23), /found fewer: such a secret could be guessed/],
  [secretOf(65), /found more/],
  ['whsec_', /found fewer/],
  [`${secretOf(32).slice(0, -1)}`, /not base64 with its padding/],
  [secretOf(32).replaceAll('+', '-'), /not base64/],
  ['whsec_correct horse battery staple', /not base64/],
])('%j is none, and the sentence does not hold it', (text, said) => {
  const fault = signingSecretFault(text) ?? '';
  expect(fault).toMatch(said);
  if (text.length > 10) expect(fault).not.toContain(text.slice(7));
});
