import type { Destination } from '../../domain/deliveries/destination.ts';
import { type AwsDestinationPorts, awsSend } from '../outbound/aws-send.ts';
import type { SqsPublication } from './target.ts';

/** The most messages that one SQS request accepts. */
const BATCH_EVENTS_MAX = 10;

export function sqsDestination(ports: AwsDestinationPorts): Destination<'sqs'> {
  return {
    batchMax: BATCH_EVENTS_MAX,
    send: awsSend<SqsPublication>(ports, async () => (await import('./send.ts')).makeSqsSend(ports)),
  };
}
