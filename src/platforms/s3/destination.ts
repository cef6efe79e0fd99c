import type { Destination } from '../../domain/deliveries/destination.ts';
import { type AwsDestinationPorts, awsSend } from '../outbound/aws-send.ts';
import { OBJECT_EVENTS_MAX } from './batch-limits.ts';
import type { S3Publication } from './target.ts';

export function s3Destination(ports: AwsDestinationPorts): Destination<'s3'> {
  return {
    batchMax: OBJECT_EVENTS_MAX,
    send: awsSend<S3Publication>(ports, async () => (await import('./send.ts')).makeS3Send(ports)),
  };
}
