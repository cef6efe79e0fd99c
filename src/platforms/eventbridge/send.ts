import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../base/arn.ts';
import { makeCache } from '../../base/cache.ts';
import { parseRfc3339 } from '../../base/calendar.ts';
import type { OutgoingEvent } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import { AwsClients, awsClientSettings } from '../outbound/aws-clients.ts';
import { type AwsFailure, type AwsRequest, awsFailure, awsRequestFailure } from '../outbound/aws-failure.ts';
import { type PreparedEntry, sendInRequests } from '../outbound/aws-requests.ts';
import type { AwsDestinationPorts, AwsSend } from '../outbound/aws-send.ts';
import type { EventBridgePublication } from './target.ts';

/** EventBridge's limits since January 2026 (256 KB before). The size is that of all entries of a request together. */
const LIMITS = { entriesMax: 10, bytesMax: 1_048_576 } as const;
/** EventBridge's own limits; the event in `Detail` has both values in full. */
const SOURCE_CHARACTERS_MAX = 256;
const DETAIL_TYPE_CHARACTERS_MAX = 128;
/** The size that EventBridge counts for a time. */
const TIME_BYTES = 14;

/** How long a bus is assumed to exist after it was seen. */
const BUS_KNOWN_MS = 5 * 60_000;
const BUSES_MAX = 1_000;

/** Puts events on a bus: `Detail` is the CloudEvent; `Source` and `DetailType` are its source and type. */
export function makeEventBridgeSend({
  clock,
}: Pick<AwsDestinationPorts, 'clock'>): AwsSend<EventBridgePublication> {
  const clients = new AwsClients((region) => new EventBridgeClient(awsClientSettings(region)));
  const known = makeCache<true>(BUSES_MAX, { clock, ageMsMax: BUS_KNOWN_MS });

  /**
   * Why nothing can be sent to the bus. PutEvents accepts events for a bus that does not exist
   * (github.com/aws/aws-cli/issues/9186), and they are lost.
   */
  async function busFailure(region: string, arn: string): Promise<AwsFailure | undefined> {
    if (known.has(arn)) return undefined;
    const startedAtMs = clock.now();
    try {
      await clients.run(region, (client) => client.send(new DescribeEventBusCommand({ Name: arn })));
    } catch (error) {
      const request: AwsRequest = { action: 'events:DescribeEventBus', arn };
      const failure = awsRequestFailure(request, error, Math.max(0, clock.now() - startedAtMs));
      if (failure.errorId === 'throttled') return undefined;
      // The bus of another account may let us put events but not describe it: a denied caller sends all the same, and
      // need not ask each time.
      if (failure.errorId !== 'access-denied') return failure;
    }
    known.set(arn, true);
    return undefined;
  }

  return async ({ arn }, events) => {
    const { region = '' } = parseArn(arn) ?? {};
    const request: AwsRequest = { action: 'events:PutEvents', arn };
    const failure = await busFailure(region, arn);
    if (failure !== undefined) return events.map(() => failure);
    return sendInRequests<PutEventsRequestEntry>(events, {
      request,
      limits: LIMITS,
      clock,
      prepare: (event) => prepare(arn, event),
      async send(entries, durationMs) {
        const { Entries = [] } = await clients.run(region, (client) =>
          client.send(new PutEventsCommand({ Entries: [...entries] })),
        );
        return entries.map((_entry, index) => {
          const { EventId, ErrorCode, ErrorMessage } = Entries[index] ?? {};
          if (EventId !== undefined && ErrorCode === undefined)
            return { kind: 'delivered', durationMs: durationMs() };
          return awsFailure(request, ErrorCode ?? 'NoAnswer', ErrorMessage, durationMs());
        });
      },
    });
  };
}

function prepare(arn: string, { eventJson }: OutgoingEvent): PreparedEntry<PutEventsRequestEntry> {
  const event = parseEvent(eventJson);
  const timeMs = parseRfc3339(event.time ?? '') ?? 0;
  // AWS counts from 1970; the event keeps its time in any case.
  const hasTime = timeMs > 0;
  const Source = event.source.slice(0, SOURCE_CHARACTERS_MAX);
  const DetailType = event.type.slice(0, DETAIL_TYPE_CHARACTERS_MAX);
  return {
    entry: {
      EventBusName: arn,
      Source,
      DetailType,
      Detail: eventJson,
      ...(hasTime && { Time: new Date(timeMs) }),
    },
    bytes:
      Buffer.byteLength(eventJson) +
      Buffer.byteLength(Source) +
      Buffer.byteLength(DetailType) +
      (hasTime ? TIME_BYTES : 0),
  };
}
