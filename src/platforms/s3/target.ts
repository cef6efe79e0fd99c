import * as v from 'valibot';
import { quoted } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import { refuse } from '../../domain/refusal.ts';
import {
  ARN_CHANGE_FLAG,
  ArnChange,
  type ArnForm,
  type ArnSettings,
  arnField,
  arnFlag,
  arnRefusal,
} from '../outbound/aws-target.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly s3: S3Settings;
  }
}

export interface S3Settings extends ArnSettings {
  /** The prefix of object keys, after the ARN's own prefix; without leading or trailing slash. */
  readonly prefix?: string | undefined;
}

export type S3Publication = PublicationOf<'s3'>;

/** Excludes characters that a policy or a query engine would interpret as patterns. */
const SEGMENTS = String.raw`[\w.-]+(?:/[\w.-]+)*`;
const BUCKET: ArnForm = {
  what: 'a bucket of S3, or of a part of one',
  pattern: new RegExp(`^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/(?=.{1,200}$)${SEGMENTS})?$`),
  example: 'arn:aws:s3:::acme-lake/salesforce',
};
const PREFIX = new RegExp(`^${SEGMENTS}$`);
const PREFIX_LENGTH_MAX = 200;
const PREFIX_TEXT = 'what the keys of the objects begin with, behind what the ARN says, such as crm/orders';

/** An S3 bucket, or a prefix in one. `send.ts` writes to it. */
export const s3Target = defineTarget({
  name: 's3',
  fields: {
    settings: {
      arn: arnField(BUCKET),
      prefix: v.nullish(
        v.pipe(v.string(), v.metadata({ maxLength: PREFIX_LENGTH_MAX, description: PREFIX_TEXT })),
      ),
    },
    changes: { arn: v.optional(ArnChange) },
    params: { arn: v.string(), prefix: v.optional(v.string()) },
  },
  olderNames: [],
  summary:
    'Write events to a bucket of S3, as lines of JSON in objects by source and hour. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable', 'target-not-allowed'],
  command: {
    id: 'events:publications:s3:create',
    description: 'write events to an S3 bucket, as lines of JSON in objects by source and hour',
    argument: 'name of the publication',
    example: `orders --arn ${BUCKET.example}`,
    flags: { arn: arnFlag(BUCKET), prefix: { description: PREFIX_TEXT } },
    changeFlags: { arn: ARN_CHANGE_FLAG },
  },
  grants: { secrets: [], aws: { arns: BUCKET.pattern, actions: ['s3:PutObject'], suffix: '/*' } },

  async create(ports, base, { arn, prefix }) {
    if (prefix != null && (prefix.length > PREFIX_LENGTH_MAX || !PREFIX.test(prefix))) {
      return refuse(
        'unprocessable',
        `expected "prefix" as letters, digits, "_", "." and "-" with slashes between, such as crm/orders, at most ${PREFIX_LENGTH_MAX}, found ${quoted(prefix)}`,
      );
    }
    return (
      arnRefusal(ports, base, arn, BUCKET) ?? {
        kind: 'created',
        publication: { ...base, platform: 's3', arn, ...(prefix != null && { prefix }) },
      }
    );
  },

  async change(ports, publication, { arn }) {
    const refusal = arn === undefined ? undefined : arnRefusal(ports, publication, arn, BUCKET);
    return refusal ?? { kind: 'changed', apply: (current) => ({ ...current, arn: arn ?? current.arn }) };
  },

  show: ({ arn, prefix }) => ({ arn, prefix }),
});
