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
    readonly kinesis: KinesisSettings;
  }
}

export interface KinesisSettings extends PartitionedSettings {
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
  fields: partitionedFields(STREAM),
  olderNames: [],
  summary:
    'Put events into a data stream of Kinesis. With `source`, link a subscription to it in the same step',
  refusals: ['unprocessable', 'target-not-allowed'],
  command: {
    id: 'events:publications:kinesis:create',
    description: 'put events into a Kinesis data stream',
    argument: 'name of the publication',
    example: `orders --arn ${STREAM.example}`,
    ...partitionedFlags(STREAM),
  },
  grants: { secrets: [], aws: { arns: STREAM.pattern, actions: ['kinesis:PutRecords'] } },

  async create(ports, base, settings) {
    const { arn } = settings;
    return (
      arnRefusal(ports, base, arn, STREAM) ?? {
        kind: 'created',
        publication: withPartitioned({ ...base, platform: 'kinesis', arn }, settings),
      }
    );
  },

  async change(ports, publication, changes) {
    const { arn } = changes;
    const refusal = arn === undefined ? undefined : arnRefusal(ports, publication, arn, STREAM);
    return refusal ?? { kind: 'changed', apply: (current) => withPartitioned(current, changes) };
  },

  show: shownPartitioned,
});
