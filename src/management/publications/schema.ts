import * as v from 'valibot';
import { changeOf, eitherNames, Filter, given, knownValue, Name, onlyWith } from '../../domain/fields.ts';
import { DRAIN_RATE, ROTATION_GRACE } from '../../domain/publications/publication.ts';
import type { TargetFields, TargetPlatform } from '../../domain/publications/target-platform.ts';
import { DrainRate, IndexAttempts, publicationFields, RateLimit, Retry } from '../publication-fields.ts';
import { subscriptionFields } from '../subscription-fields.ts';

/** A subscription that a publication is linked to. */
export const Source = v.looseObject({ ...subscriptionFields, filter: Filter });
export const Publication = v.looseObject({ ...publicationFields, sources: v.array(Source) });
export const PublicationList = v.array(Publication);

type TargetSchema = Pick<TargetPlatform, 'fields' | 'olderNames'>;

/** The answer to a creation. A value shown once is absent if the request gave it. */
export function createdPublication({ fields }: TargetSchema) {
  const { shownOnce } = fields;
  if (shownOnce === undefined) return Publication;
  const optional: v.ObjectEntries = Object.fromEntries(
    Object.entries(shownOnce).map(([name, schema]) => [
      name,
      name in fields.settings ? v.optional(schema) : schema,
    ]),
  );
  return v.looseObject({ ...Publication.entries, ...optional });
}

/** The request for a new signing secret. */
export const SecretRotation = v.strictObject({
  grace: v.nullish(
    v.pipe(
      v.string(),
      v.metadata({
        default: ROTATION_GRACE.default,
        description: `how long the secret before it signs as well, up to ${ROTATION_GRACE.max}; 0s ends all former secrets at once`,
        examples: [ROTATION_GRACE.default],
      }),
    ),
  ),
  signing_secret: v.nullish(
    v.pipe(v.string(), v.description('a secret of your own, `whsec_` and base64; absent: one is made')),
  ),
});
export const RotatedPublication = v.looseObject({
  ...Publication.entries,
  signing_secret: v.optional(
    v.pipe(
      v.string(),
      v.description('shown this once; absent where the request gave it, or a key pair signs'),
    ),
  ),
});

/** A JSON Web Key Set (RFC 7517). */
export const PublicKeys = v.looseObject({
  keys: v.pipe(
    v.array(
      v.looseObject({
        kty: knownValue(['OKP']),
        crv: knownValue(['Ed25519']),
        x: v.pipe(v.string(), v.description('base64url of its 32 bytes')),
        kid: v.pipe(v.string(), v.description('thumbprint of the key (RFC 7638)')),
        use: knownValue(['sig']),
        alg: knownValue(['EdDSA']),
      }),
    ),
    v.description('that sign now, the newest first'),
  ),
});

/** The request for a creation. `source` and `filter` create a stream in the same step. */
export function newPublication({ fields, olderNames }: TargetSchema) {
  const { settings }: { readonly settings: TargetFields['settings'] } = fields;
  return v.pipe(
    v.strictObject({
      ...settings,
      name: Name,
      retry: v.nullish(Retry),
      rate_limit: v.nullish(RateLimit),
      index_attempts: v.nullish(IndexAttempts),
      source: v.nullish(v.pipe(v.string(), v.description('name or id of the subscription to link'))),
      filter: v.nullish(
        v.pipe(v.string(), v.metadata({ minLength: 1, description: 'of the stream from the source' })),
      ),
    }),
    v.metadata({ allOf: [...eitherNames(...olderNames), onlyWith('filter', given('source'))] }),
  );
}

export function publicationChange(targets: readonly TargetSchema[]) {
  const changes: TargetFields['changes'] = Object.assign({}, ...targets.map(({ fields }) => fields.changes));
  const fields = changeOf({
    paused: v.optional(v.pipe(v.boolean(), v.description('false also enables a disabled publication'))),
    drain_rate: v.optional(
      v.pipe(
        DrainRate,
        v.description(
          `with \`paused\` false: how many parked deliveries go out a second; when absent, the rate of a drain that is under way, or ${DRAIN_RATE.default}`,
        ),
      ),
    ),
    ...changes,
    retry: v.optional(v.pipe(v.nullable(Retry), v.description('null: the usual schedule'))),
    rate_limit: v.optional(v.pipe(v.nullable(RateLimit), v.description('null: none'))),
    index_attempts: v.optional(IndexAttempts),
  });
  const resumed = { required: ['paused'], properties: { paused: { const: false } } };
  return v.pipe(fields, v.metadata({ allOf: [onlyWith('drain_rate', resumed)] }));
}
