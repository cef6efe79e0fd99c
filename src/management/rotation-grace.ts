import { parseDurationMs } from '../base/duration.ts';
import { quoted } from '../domain/fields.ts';
import { ROTATION_GRACE } from '../domain/publications/publication.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';

const GRACE_MS_MAX = parseDurationMs(ROTATION_GRACE.max) ?? 0;

/** Parses how long a replaced secret or address keeps working beside its successor, in milliseconds. */
export function readGrace(grace: string): { readonly kind: 'read'; readonly graceMs: number } | Refusal {
  const graceMs = parseDurationMs(grace);
  if (graceMs !== undefined && graceMs <= GRACE_MS_MAX) return { kind: 'read', graceMs };
  return refuse(
    'unprocessable',
    `expected the grace as a duration from 0s to ${ROTATION_GRACE.max}, such as 24h, found ${quoted(grace)}`,
  );
}
