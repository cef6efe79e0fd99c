import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parseArn } from '../../base/arn.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { parseEvent } from '../../domain/events/event.ts';
import { AwsClients, awsClientSettings } from '../outbound/aws-clients.ts';
import type { AwsRequest } from '../outbound/aws-failure.ts';
import { sendInRequests } from '../outbound/aws-requests.ts';
import type { AwsDestinationPorts, AwsSend } from '../outbound/aws-send.ts';
import { OBJECT_EVENTS_MAX } from './batch-limits.ts';
import { objectName, partitionOf } from './object-key.ts';
import type { S3Publication } from './target.ts';

/** S3 accepts 5 GB; we hold this much in memory at a time. */
const LIMITS = { entriesMax: OBJECT_EVENTS_MAX, bytesMax: 16 * 1_048_576 } as const;
const NEWLINE = '\n';

/** Writes events as lines of structured JSON, with the events of one source and hour in one object. */
export function makeS3Send({ clock }: Pick<AwsDestinationPorts, 'clock'>): AwsSend<S3Publication> {
  const clients = new AwsClients(
    (region) => new S3Client({ ...awsClientSettings(region), followRegionRedirects: true }),
  );
  return async ({ arn, prefix }, events) => {
    const { region = '', resource = '' } = parseArn(arn) ?? {};
    const [Bucket = '', ...folders] = resource.split('/');
    const request: AwsRequest = { action: 's3:PutObject', arn };
    const nowMs = clock.now();
    const partitions = Map.groupBy(events.entries(), ([, { eventJson }]) =>
      partitionOf(parseEvent(eventJson), nowMs),
    );
    const outcomes: SendOutcome[] = [];
    await Promise.all(
      [...partitions].map(async ([partition, members]) => {
        const folder = [...folders, ...(prefix === undefined ? [] : [prefix]), partition].join('/');
        const answers = await sendInRequests<OutgoingEvent>(
          members.map(([, event]) => event),
          {
            request,
            limits: LIMITS,
            clock,
            prepare: (event) => ({
              entry: event,
              bytes: Buffer.byteLength(event.eventJson) + NEWLINE.length,
            }),
            async send(entries, durationMs) {
              const object = new PutObjectCommand({
                Bucket,
                Key: `${folder}/${objectName(entries)}`,
                Body: entries.map(({ eventJson }) => eventJson + NEWLINE).join(''),
                ContentType: 'application/x-ndjson',
              });
              await clients.run(region, (client) => client.send(object));
              return entries.map(() => ({ kind: 'delivered', durationMs: durationMs() }));
            },
          },
        );
        for (const [at, [index]] of members.entries()) {
          const answer = answers[at];
          if (answer === undefined) throw new Error('expected an outcome for every event of a partition');
          outcomes[index] = answer;
        }
      }),
    );
    return outcomes;
  };
}
