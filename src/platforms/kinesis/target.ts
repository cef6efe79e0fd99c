import * as v from 'valibot';
import { knownValue } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import {
  ARN_CHANGE_FLAG,
  ArnChange,
  type ArnForm,
  type ArnSettings,
  arnField,
  arnFlag,
  arnRefusal,
  PARTITION_BYS,
  PARTITION_FLAG,
  type PartitionBy,
  PartitionByField,
  REGION,
} from '../outbound/aws-target.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly kinesis: KinesisSettings;
  }
}

export interface KinesisSettings extends ArnSettings {
  /** Absent: the `partitionkey` of an event, else its id, which spreads events over all shards. */
  readonly partitionBy?: PartitionBy | undefined;
}

export type KinesisPublication = PublicationOf<'kinesis'>;

const STREAM: ArnForm = {
  what: 'a Kinesis data stream',
  pattern: new RegExp(String.raw`^arn:aws[a-z-]*:kinesis:${REGION}:\d{12}:stream/[\w.-]{1,128}$`),
  example: 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders',
};

/** A Kinesis data stream. `send.ts` sends to it. */
export const kinesisTarget = defineTarget({
  name: 'kinesis',
  fields: {
    settings: { arn: arnField(STREAM), partition_by: v.nullish(PartitionByField) },
    changes: { arn: v.optional(ArnChange), partition_by: v.optional(PartitionByField) },
    params: { arn: v.string(), partition_by: v.optional(knownValue(PARTITION_BYS)) },
  },
  olderNames: [],
  summary:
    'Put events into a data stream of Kinesis. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable', 'target-not-allowed'],
  command: {
    id: 'events:publications:kinesis:create',
    description: 'put events into a Kinesis data stream',
    argument: 'name of the publication',
    example: `orders --arn ${STREAM.example}`,
    flags: { arn: arnFlag(STREAM), partition_by: PARTITION_FLAG },
    changeFlags: { arn: ARN_CHANGE_FLAG, partition_by: PARTITION_FLAG },
  },
  grants: { secrets: [], aws: { arns: STREAM.pattern, actions: ['kinesis:PutRecords'] } },

  async create(ports, base, { arn, partition_by }) {
    const refusal = arnRefusal(ports, base, arn, STREAM);
    if (refusal !== undefined) return refusal;
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'kinesis',
        arn,
        ...(partition_by != null && { partitionBy: partition_by }),
      },
    };
  },

  async change(ports, publication, { arn, partition_by }) {
    const refusal = arn === undefined ? undefined : arnRefusal(ports, publication, arn, STREAM);
    if (refusal !== undefined) return refusal;
    return {
      kind: 'changed',
      apply: (current) => ({
        ...current,
        arn: arn ?? current.arn,
        ...(partition_by !== undefined && { partitionBy: partition_by }),
      }),
    };
  },

  show: ({ arn, partitionBy }) => ({ arn, partition_by: partitionBy }),
});
