import type { Destination } from '../../domain/deliveries/destination.ts';
import { type AwsDestinationPorts, awsSend } from '../outbound/aws-send.ts';
import type { EventBridgePublication } from './target.ts';

/** The most entries that one EventBridge request accepts. */
const BATCH_EVENTS_MAX = 10;

export function eventBridgeDestination(ports: AwsDestinationPorts): Destination<'eventbridge'> {
  return {
    batchMax: BATCH_EVENTS_MAX,
    send: awsSend<EventBridgePublication>(ports, async () =>
      (await import('./send.ts')).makeEventBridgeSend(ports),
    ),
  };
}
