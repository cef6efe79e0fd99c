import { parseBase64 } from './base64.ts';
import { randomBase64 } from './ids.ts';

/** Standard Webhooks 1.0: `whsec_` and base64 of 24 to 64 random bytes. */
export const SIGNING_SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = { min: 24, made: 32, max: 64 } as const;

export function newSigningSecret(): string {
  return `${SIGNING_SECRET_PREFIX}${randomBase64(SECRET_BYTES.made)}`;
}

/** What is wrong with an owner's secret, without quoting it; undefined if it is valid. */
export function signingSecretFault(text: string): string | undefined {
  const expected = `expected a signing secret of ${SIGNING_SECRET_PREFIX} and base64 of ${SECRET_BYTES.min} to ${SECRET_BYTES.max} bytes, found`;
  if (!text.startsWith(SIGNING_SECRET_PREFIX)) return `${expected} a text that does not begin with it`;
  const bytes = parseBase64(text.slice(SIGNING_SECRET_PREFIX.length));
  if (bytes === undefined) {
    return `${expected} a text that is not base64 with its padding: one is made by \`openssl rand -base64 ${SECRET_BYTES.made}\``;
  }
  if (bytes.length < SECRET_BYTES.min) return `${expected} fewer: such a secret could be guessed`;
  return bytes.length > SECRET_BYTES.max ? `${expected} more` : undefined;
}
