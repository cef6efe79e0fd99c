import { sha256Hex } from '../../src/base/ids.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { type Refusal, refuse } from '../../src/domain/refusal.ts';
import { type Problem, problem } from './problems.ts';

/**
 * A tag has two parts: `"<settings>.<answer>"`. The whole tag changes with every byte of the answer, which a polling
 * reader needs (`If-None-Match`). The first part changes only with what people set, which a writer needs (`If-Match`):
 * a feed's lag changes every second and is no reason to refuse a change.
 */
const SETTINGS_DIGITS = 16;
const ANSWER_DIGITS = 16;
const TAG = new RegExp(`^(?:W/)?"([0-9a-f]{${SETTINGS_DIGITS}})\\.[0-9a-f]{${ANSWER_DIGITS}}"$`);
/** RFC 9110, section 8.8.3: anything in quotes. */
const ANY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const TAGS_MAX = 20;

/** Fields that Sluice reports about a resource, at any depth, and nobody sets. */
const REPORTED_FIELDS: ReadonlySet<string> = new Set([
  'drain_rate',
  'extra',
  'feed',
  'reason',
  'refreshed_at',
  'state_reason',
  'status',
]);

/** The tag of an answer, from its body and from the body as it is sent. */
export function entityTag(body: unknown, text: string): string {
  return `"${settingsDigest(body)}.${sha256Hex(text).slice(0, ANSWER_DIGITS)}"`;
}

function settingsDigest(body: unknown): string {
  return sha256Hex(stringifyJson(settingsOf(body))).slice(0, SETTINGS_DIGITS);
}

function settingsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settingsOf);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !REPORTED_FIELDS.has(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, settingsOf(part)]));
}

/**
 * Whether the reader already has this answer. The comparison is weak (RFC 9110, section 13.1.2), because a proxy may
 * have made a tag weak.
 */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag);
}

/** Refuses a change unless the resource as shown now is the one that the caller read. */
export type Precondition = (shown: object) => Refusal | undefined;

/** Reads `If-Match`. Without the header, and with `*`, there is no precondition. */
export function readIfMatch(
  header: string | undefined,
): { readonly kind: 'read'; readonly precondition: Precondition | undefined } | Problem {
  if (header === undefined || header.trim() === '*') return { kind: 'read', precondition: undefined };
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.length > TAGS_MAX || !tags.every((tag) => ANY_TAG.test(tag))) {
    return problem(
      'invalid-request',
      `the header If-Match: expected "*" or the ETag of an earlier answer with its quotes, found ${JSON.stringify(header.slice(0, 100))}`,
    );
  }
  const accepted = new Set(tags.map((tag) => TAG.exec(tag)?.[1]));
  return {
    kind: 'read',
    precondition: (shown) => (accepted.has(settingsDigest(shown)) ? undefined : changedMeanwhile()),
  };
}

function changedMeanwhile(): Refusal {
  return refuse(
    'precondition-failed',
    'expected the resource to be as it was when it was read (If-Match), found that it was changed since; nothing was changed now: read it again, and decide anew',
  );
}
