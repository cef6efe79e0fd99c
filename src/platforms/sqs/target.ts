import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import {
  type ArnForm,
  arnRefusal,
  type PartitionBy,
  type PartitionedSettings,
  partitionedFields,
  partitionedFlags,
  REGION,
  shownPartitioned,
  withPartitioned,
} from '../outbound/aws-target.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly sqs: SqsSettings;
  }
}

export interface SqsSettings extends PartitionedSettings {
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
  fields: partitionedFields(QUEUE),
  olderNames: [],
  summary: 'Send to a queue of SQS. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable', 'target-not-allowed'],
  command: {
    id: 'events:publications:sqs:create',
    description: 'send events to an SQS queue',
    argument: 'name of the publication',
    example: `orders --arn ${QUEUE.example}`,
    ...partitionedFlags(QUEUE),
  },
  grants: { secrets: [], aws: { arns: QUEUE.pattern, actions: ['sqs:SendMessage'] } },

  async create(ports, base, settings) {
    const { arn } = settings;
    return (
      arnRefusal(ports, base, arn, QUEUE) ?? {
        kind: 'created',
        publication: withPartitioned({ ...base, platform: 'sqs', arn }, settings),
      }
    );
  },

  async change(ports, publication, changes) {
    const { arn } = changes;
    const refusal = arn === undefined ? undefined : arnRefusal(ports, publication, arn, QUEUE);
    return refusal ?? { kind: 'changed', apply: (current) => withPartitioned(current, changes) };
  },

  show: shownPartitioned,
});
