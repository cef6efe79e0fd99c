import { KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { parseArn } from '../../base/arn.ts';
import { stableId } from '../../base/ids.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import { AwsClients, awsClientSettings } from '../outbound/aws-clients.ts';
import { type AwsRequest, awsFailure } from '../outbound/aws-failure.ts';
import { type PreparedEntry, sendInRequests } from '../outbound/aws-requests.ts';
import type { AwsDestinationPorts, AwsSend } from '../outbound/aws-send.ts';
import { partitionValue } from '../outbound/partition-value.ts';
import { RECORDS_MAX } from './batch-limits.ts';
import type { KinesisPublication } from './target.ts';

/**
 * Kinesis accepted 5 MiB a request until October 2025, and 10 MiB since; a shard accepts 1 MiB a second, so larger
 * requests gain nothing. A record may have 1 MiB, key included, unless its stream allows more: none of our events is
 * larger.
 */
const LIMITS = { entriesMax: RECORDS_MAX, bytesMax: 5 * 1_048_576 } as const;
const KEY_CHARACTERS_MAX = 256;
const BY_DEFAULT = ['partitionkey', 'id'] as const;

/** Puts events as structured JSON, one per record. */
export function makeKinesisSend({ clock }: Pick<AwsDestinationPorts, 'clock'>): AwsSend<KinesisPublication> {
  const clients = new AwsClients((region) => new KinesisClient(awsClientSettings(region)));
  return async (publication, events) => {
    const { arn } = publication;
    const { region = '' } = parseArn(arn) ?? {};
    const request: AwsRequest = { action: 'kinesis:PutRecords', arn };
    return sendInRequests<PutRecordsRequestEntry>(events, {
      request,
      limits: LIMITS,
      clock,
      prepare: (event) => prepare(publication, event),
      async send(entries, durationMs) {
        const { Records = [] } = await clients.run(region, (client) =>
          client.send(new PutRecordsCommand({ StreamARN: arn, Records: [...entries] })),
        );
        return entries.map((_entry, index) => {
          const { SequenceNumber, ErrorCode, ErrorMessage } = Records[index] ?? {};
          if (SequenceNumber !== undefined && ErrorCode === undefined) {
            return { kind: 'delivered', durationMs: durationMs() };
          }
          return awsFailure(request, ErrorCode ?? 'NoAnswer', ErrorMessage, durationMs());
        });
      },
    });
  };
}

function prepare(
  { partitionBy }: KinesisPublication,
  { eventJson }: OutgoingEvent,
): PreparedEntry<PutRecordsRequestEntry> {
  const value = partitionValue(parseEvent(eventJson), partitionBy === undefined ? BY_DEFAULT : [partitionBy]);
  const PartitionKey = value.length <= KEY_CHARACTERS_MAX ? value : stableId(value);
  const Data = Buffer.from(eventJson);
  return { entry: { Data, PartitionKey }, bytes: Data.length + Buffer.byteLength(PartitionKey) };
}
