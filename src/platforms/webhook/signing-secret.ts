import { randomBase64 } from '../../base/ids.ts';

/** Standard Webhooks 1.0: `whsec_` and base64 of 24 to 64 random bytes. */
export const SIGNING_SECRET_PREFIX = 'whsec_';
const RANDOM_BYTES = 32;

export function newSigningSecret(): string {
  return `${SIGNING_SECRET_PREFIX}${randomBase64(RANDOM_BYTES)}`;
}
