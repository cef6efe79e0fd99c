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
    readonly sqs: SqsSettings;
  }
}

export interface SqsSettings extends ArnSettings {
  /**
   * Absent: for a FIFO queue, the event's `partitionkey`, else its `subject`, else its `source`; for a standard queue,
   * nothing.
   */
  readonly partitionBy?: PartitionBy | undefined;
}

export type SqsPublication = PublicationOf<'sqs'>;

const QUEUE: ArnForm = {
  what: 'an SQS queue',
  // The suffix counts among the 80 characters of a name.
  pattern: new RegExp(String.raw`^arn:aws[a-z-]*:sqs:${REGION}:\d{12}:(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$`),
  example: 'arn:aws:sqs:eu-central-1:123456789012:orders',
};

/** An SQS queue, standard or FIFO. `send.ts` sends to it. */
export const sqsTarget = defineTarget({
  name: 'sqs',
  fields: {
    settings: { arn: arnField(QUEUE), partition_by: v.nullish(PartitionByField) },
    changes: { arn: v.optional(ArnChange), partition_by: v.optional(PartitionByField) },
    params: { arn: v.string(), partition_by: v.optional(knownValue(PARTITION_BYS)) },
  },
  olderNames: [],
  summary: 'Send to a queue of SQS. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable', 'target-not-allowed'],
  command: {
    id: 'events:publications:sqs:create',
    description: 'send events to an SQS queue',
    argument: 'name of the publication',
    example: `orders --arn ${QUEUE.example}`,
    flags: { arn: arnFlag(QUEUE), partition_by: PARTITION_FLAG },
    changeFlags: { arn: ARN_CHANGE_FLAG, partition_by: PARTITION_FLAG },
  },
  grants: { secrets: [], aws: { arns: QUEUE.pattern, actions: ['sqs:SendMessage'] } },

  async create(ports, base, { arn, partition_by }) {
    const refusal = arnRefusal(ports, base, arn, QUEUE);
    if (refusal !== undefined) return refusal;
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'sqs',
        arn,
        ...(partition_by != null && { partitionBy: partition_by }),
      },
    };
  },

  async change(ports, publication, { arn, partition_by }) {
    const refusal = arn === undefined ? undefined : arnRefusal(ports, publication, arn, QUEUE);
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
