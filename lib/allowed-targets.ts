import type { AwsGrant } from '../src/domain/publications/target-platform.ts';
import { TARGETS } from '../src/platforms/targets.ts';
import {
  ALLOWED_TARGETS_CHARACTERS_MAX,
  ALLOWED_TARGETS_FORM,
  type AllowedTarget,
  allowedTargetsText,
  parseAllowedTargets,
} from '../src/settings/allowed-targets.ts';

// The AWS targets to which an installation may send, and what `functions/deliver` may do with each.

/** The key of a queue, stream or bucket that its owner encrypts with a KMS key. */
const KMS_KEY = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/;
/** The services through which the key may be used. */
const KEY_SERVICES = ['sqs', 'kinesis', 's3'];
const KEY_ACTIONS = ['kms:GenerateDataKey', 'kms:Decrypt'];

export interface TargetRights {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: { readonly StringLike: { readonly 'kms:ViaService': readonly string[] } };
}

/**
 * Reads the setting `allowedTargets`, which may also be a list in cdk.json. @returns the list, or a fault as a sentence
 */
export function readAllowedTargets(
  context: unknown,
): { readonly list: readonly AllowedTarget[] } | { readonly fault: string } {
  const text = Array.isArray(context) ? context.join(',') : String(context ?? '');
  const parsed = parseAllowedTargets(text);
  if ('bad' in parsed) {
    return { fault: `expected ${ALLOWED_TARGETS_FORM}, found ${JSON.stringify(parsed.bad)}` };
  }
  const { list } = parsed;
  const unknown = list.find(({ arn }) => grantFor(arn) === undefined && !KMS_KEY.test(arn));
  if (unknown !== undefined) {
    return {
      fault: `expected ARNs of SQS queues, event buses, Kinesis streams, S3 buckets (with what keys begin with, such as arn:aws:s3:::acme-lake/raw) and KMS keys, found ${JSON.stringify(unknown.arn)}`,
    };
  }
  const { length } = targetsText(list);
  if (length > ALLOWED_TARGETS_CHARACTERS_MAX) {
    return {
      fault: `expected at most ${ALLOWED_TARGETS_CHARACTERS_MAX} characters without the keys, since the environment of a function holds 4 KB, found ${length}: allow one bus, or one bucket, that fans out to the others`,
    };
  }
  return { list };
}

/** The list for the functions, without the keys, which only the policy needs. */
export function targetsText(list: readonly AllowedTarget[]): string {
  return allowedTargetsText(list.filter(({ arn }) => !KMS_KEY.test(arn)));
}

/** The permissions of `functions/deliver`: one statement for each kind of target in the list. */
export function targetRights(list: readonly AllowedTarget[]): readonly TargetRights[] {
  const arns = [...new Set(list.map(({ arn }) => arn))];
  const ofTargets = Map.groupBy(arns, grantFor);
  const keys = arns.filter((arn) => KMS_KEY.test(arn));
  return [
    ...[...ofTargets].flatMap(([grant, some]) =>
      grant === undefined
        ? []
        : [{ actions: grant.actions, resources: some.map((arn) => `${arn}${grant.suffix ?? ''}`) }],
    ),
    ...(keys.length === 0 ? [] : [keyRights(keys)]),
  ];
}

function keyRights(keys: readonly string[]): TargetRights {
  const regions = [...new Set(keys.map((arn) => KMS_KEY.exec(arn)?.[1] ?? ''))];
  const services = regions.flatMap((region) => KEY_SERVICES.map((service) => `${service}.${region}.*`));
  return {
    actions: KEY_ACTIONS,
    resources: keys,
    conditions: { StringLike: { 'kms:ViaService': services } },
  };
}

function grantFor(arn: string): AwsGrant | undefined {
  return TARGETS.find(({ grants }) => grants.aws?.arns.test(arn) === true)?.grants.aws;
}
