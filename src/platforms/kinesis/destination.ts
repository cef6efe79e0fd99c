import type { Destination } from '../../domain/deliveries/destination.ts';
import { type AwsDestinationPorts, awsSend } from '../outbound/aws-send.ts';
import { RECORDS_MAX } from './batch-limits.ts';
import type { KinesisPublication } from './target.ts';

export function kinesisDestination(ports: AwsDestinationPorts): Destination<'kinesis'> {
  return {
    batchMax: RECORDS_MAX,
    send: awsSend<KinesisPublication>(ports, async () => (await import('./send.ts')).makeKinesisSend(ports)),
  };
}
