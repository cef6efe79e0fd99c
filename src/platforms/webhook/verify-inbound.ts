import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../../base/ids.ts';
import { parseWholeNumber } from '../../base/whole-number.ts';
import type { InboundVerification } from '../../domain/subscriptions/inbound.ts';
import { sign, signingKey } from './signature.ts';

export interface InboundProof {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw body, still compressed if it was. */
  readonly body: Uint8Array;
  readonly nowMs: number;
}

/** Standard Webhooks: how far a request's timestamp may be from now, which bounds how long it can be replayed. */
export const TIMESTAMP_TOLERANCE_SECONDS = 300;
/** A sender that is rotating its secrets signs with two, some senders with three. */
const SIGNATURES_MAX = 10;

/**
 * Whether any of the secrets proves that the request is its sender's. The comparison time does not depend on how much
 * of the signature is right.
 */
export function isProven(
  verify: InboundVerification,
  proof: InboundProof,
  secrets: readonly string[],
): boolean {
  if (verify === 'none') return true;
  // Tries every secret even after a match, so that the time taken reveals nothing.
  return secrets.map((secret) => CHECKS[verify](proof, secret)).includes(true);
}

const CHECKS: Readonly<
  Record<Exclude<InboundVerification, 'none'>, (proof: InboundProof, secret: string) => boolean>
> = {
  'standard-webhooks': ({ headers, body, nowMs }, secret) => {
    const id = headers['webhook-id'];
    const timestamp = parseWholeNumber(headers['webhook-timestamp'] ?? '');
    if (id === undefined || id === '' || timestamp === undefined) return false;
    if (Math.abs(nowMs / 1_000 - timestamp) > TIMESTAMP_TOLERANCE_SECONDS) return false;
    const expected = sign(signingKey(secret), id, timestamp, body);
    return (headers['webhook-signature'] ?? '')
      .split(' ', SIGNATURES_MAX)
      .map((signature) => isSame(signature, expected))
      .includes(true);
  },
  // The key is the text of the secret as copied, although it looks like base64.
  'data-cloud': ({ headers, body }, secret) =>
    isSame(headers['x-signature'] ?? '', createHmac('sha256', secret).update(body).digest('base64')),
  github: ({ headers, body }, secret) =>
    isSame(
      headers['x-hub-signature-256'] ?? '',
      `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    ),
  token: ({ headers }, secret) => {
    const token = /^Bearer +(\S.*)$/i.exec(headers['authorization'] ?? '')?.[1]?.trimEnd() ?? '';
    // Compares hashes, because their length reveals nothing about the token's.
    return isSame(sha256Hex(token), sha256Hex(secret));
  },
};

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
