import * as v from 'valibot';
import type { FlagText } from '../../domain/command-text.ts';
import { knownValue, quoted } from '../../domain/fields.ts';
import type { AllowedTargets } from '../../domain/publications/allowed-targets.ts';
import type { PublicationBase } from '../../domain/publications/publication.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

// The pure part that all AWS targets share: each is named by an ARN that the installation allows.

export interface ArnSettings {
  readonly arn: string;
}

/** Used in messages and in the patterns of a policy. */
export interface ArnForm {
  /** With its article: `an SQS queue`. */
  readonly what: string;
  readonly pattern: RegExp;
  readonly example: string;
}

const ARN_LENGTH_MAX = 2_048;
export const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d';

/** The field of a request that creates a publication. */
export function arnField({ what, example }: ArnForm) {
  return v.pipe(
    v.string(),
    v.maxLength(ARN_LENGTH_MAX),
    v.metadata({
      description: `of ${what} to which the installation may send (its setting allowedTargets)`,
      examples: [example],
    }),
  );
}

/** The field of a request that changes a publication of any platform. */
export const ArnChange = v.pipe(
  v.string(),
  v.maxLength(ARN_LENGTH_MAX),
  v.description('of a target in AWS to which the installation may send (its setting allowedTargets)'),
);

/** The flag of the commands that change publications of any platform. */
export const ARN_CHANGE_FLAG: FlagText = {
  description: 'of a target in AWS: the ARN of its queue, event bus, stream or bucket',
};

export function arnFlag({ what, example }: ArnForm): FlagText {
  return { required: true, description: `ARN of ${what}, such as ${example}` };
}

/** Undefined if the app may use it. */
export function arnRefusal(
  { allowedTargets }: { readonly allowedTargets: AllowedTargets },
  { appId }: Pick<PublicationBase, 'appId'>,
  arn: string,
  form: ArnForm,
): Refusal | undefined {
  if (!form.pattern.test(arn)) {
    return refuse(
      'unprocessable',
      `expected the ARN of ${form.what}, such as ${form.example}, found ${quoted(arn)}`,
    );
  }
  const allowed = allowedTargets.check(appId, arn);
  return allowed.ok ? undefined : refuse('target-not-allowed', allowed.message);
}

/** The attribute that keeps related events together: in order in a FIFO queue, in one shard of a stream. */
const PARTITION_BYS = ['partitionkey', 'subject', 'source', 'type', 'id'] as const;
export type PartitionBy = (typeof PARTITION_BYS)[number];

const PARTITION_TEXT =
  'attribute of the event by which events are kept together: in the message group of a FIFO queue, in the shard of a stream';
const PartitionByField = v.pipe(v.picklist(PARTITION_BYS), v.description(PARTITION_TEXT));
const PARTITION_FLAG: FlagText = {
  options: PARTITION_BYS,
  description: PARTITION_TEXT,
};

/** The settings of a target that keeps related events together. */
export interface PartitionedSettings extends ArnSettings {
  readonly partitionBy?: PartitionBy | undefined;
}

export function partitionedFields(form: ArnForm) {
  return {
    settings: { arn: arnField(form), partition_by: v.nullish(PartitionByField) },
    changes: { arn: v.optional(ArnChange), partition_by: v.optional(PartitionByField) },
    params: { arn: v.string(), partition_by: v.optional(knownValue(PARTITION_BYS)) },
  };
}

export function partitionedFlags(form: ArnForm) {
  return {
    flags: { arn: arnFlag(form), partition_by: PARTITION_FLAG },
    changeFlags: { arn: ARN_CHANGE_FLAG, partition_by: PARTITION_FLAG },
  };
}

/** The settings with what a request gives; absent fields stay as they are. */
export function withPartitioned<T extends Partial<PartitionedSettings>>(
  settings: T,
  {
    arn,
    partition_by,
  }: { readonly arn?: string | undefined; readonly partition_by?: PartitionBy | null | undefined },
): T {
  return {
    ...settings,
    ...(arn !== undefined && { arn }),
    ...(partition_by != null && { partitionBy: partition_by }),
  };
}

export function shownPartitioned({ arn, partitionBy }: PartitionedSettings) {
  return { arn, partition_by: partitionBy };
}
