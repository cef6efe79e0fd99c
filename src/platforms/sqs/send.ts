import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { parseArn } from '../../base/arn.ts';
import { stableId } from '../../base/ids.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { type Event, parseEvent } from '../../domain/events/event.ts';
import { AwsClients, awsClientSettings } from '../outbound/aws-clients.ts';
import { type AwsRequest, awsFailure } from '../outbound/aws-failure.ts';
import { type PreparedEntry, sendInRequests } from '../outbound/aws-requests.ts';
import type { AwsDestinationPorts, AwsSend } from '../outbound/aws-send.ts';
import { encodeAttribute } from '../outbound/encode-attribute.ts';
import { partitionValue } from '../outbound/partition-value.ts';
import type { SqsPublication } from './target.ts';

/**
 * SQS's limits since August 2025, for bodies and attributes together; an older queue may be set to less and then
 * refuses larger messages.
 */
const LIMITS = { entriesMax: 10, bytesMax: 1_048_576 } as const;
/** SQS requires this suffix in the names of FIFO queues and allows it in no other. */
const FIFO_SUFFIX = '.fifo';
const OF_FIFO = ['partitionkey', 'subject', 'source'] as const;
/**
 * Sent beside the body, so that a consumer can filter and route without parsing it: the attributes of CloudEvents'
 * binary mode. SQS accepts ten.
 */
const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;
const ATTRIBUTE_TYPE = 'String';
/** A valid SQS message group id. */
const GROUP_ID = /^[\x21-\x7e]{1,128}$/;

/** Sends events as structured JSON, with their CloudEvents attributes as message attributes. */
export function makeSqsSend({ clock }: Pick<AwsDestinationPorts, 'clock'>): AwsSend<SqsPublication> {
  const clients = new AwsClients(
    (region) =>
      new SQSClient({
        ...awsClientSettings(region),
        // The queue is in the region of its ARN; the queue's URL does not name a custom endpoint.
        useQueueUrlAsEndpoint: false,
        // The signature covers the body's SHA-256 already.
        md5: false,
      }),
  );
  return async (publication, events) => {
    const { arn } = publication;
    const { region = '', account = '', resource = '', dnsSuffix = '' } = parseArn(arn) ?? {};
    const QueueUrl = `https://sqs.${region}.${dnsSuffix}/${account}/${resource}`;
    const request: AwsRequest = { action: 'sqs:SendMessage', arn };
    return sendInRequests<SendMessageBatchRequestEntry>(events, {
      request,
      limits: LIMITS,
      clock,
      prepare: (event) => prepare(publication, event),
      async send(entries, durationMs) {
        const numbered = entries.map((entry, index) => ({ ...entry, Id: String(index) }));
        const { Successful = [], Failed = [] } = await clients.run(region, (client) =>
          client.send(new SendMessageBatchCommand({ QueueUrl, Entries: numbered })),
        );
        const outcomes = new Map<string, SendOutcome>();
        for (const { Id = '' } of Successful) {
          outcomes.set(Id, { kind: 'delivered', durationMs: durationMs() });
        }
        for (const { Id = '', Code = 'unknown', Message } of Failed) {
          outcomes.set(Id, awsFailure(request, Code, Message, durationMs()));
        }
        return numbered.map(
          ({ Id }) =>
            outcomes.get(Id) ?? awsFailure(request, 'NoAnswer', 'SQS did not answer for it', durationMs()),
        );
      },
    });
  };
}

function prepare(
  { arn, partitionBy }: SqsPublication,
  { deliveryId, eventJson, replayed }: OutgoingEvent,
): PreparedEntry<SendMessageBatchRequestEntry> {
  const event = parseEvent(eventJson);
  const attributes = attributesOf(event);
  const isFifo = arn.endsWith(FIFO_SUFFIX);
  const by = partitionBy === undefined ? (isFifo ? OF_FIFO : undefined) : [partitionBy];
  const entry: SendMessageBatchRequestEntry = {
    // Set once the entry's request is known.
    Id: '',
    MessageBody: eventJson,
    MessageAttributes: attributes,
    ...(by !== undefined && { MessageGroupId: groupId(partitionValue(event, by)) }),
    // The queue drops duplicates within five minutes; a redelivery that a person requested is not a duplicate.
    ...(isFifo && {
      MessageDeduplicationId: replayed === undefined ? deliveryId : stableId(deliveryId, replayed),
    }),
  };
  let bytes = Buffer.byteLength(eventJson);
  for (const [name, { StringValue = '' }] of Object.entries(attributes)) {
    bytes += name.length + ATTRIBUTE_TYPE.length + Buffer.byteLength(StringValue);
  }
  return { entry, bytes };
}

function attributesOf(event: Event): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {
    'content-type': { DataType: ATTRIBUTE_TYPE, StringValue: 'application/cloudevents+json' },
  };
  for (const name of ATTRIBUTES) {
    const value = event[name];
    if (typeof value !== 'string' || value === '') continue;
    attributes[`ce-${name}`] = { DataType: ATTRIBUTE_TYPE, StringValue: encodeAttribute(value) };
  }
  return attributes;
}

function groupId(value: string): string {
  return GROUP_ID.test(value) ? value : stableId(value);
}
