import { describe, expect, test } from 'vitest';
import {
  DELIVERY_CONSUMER,
  ORDERED_CONSUMER,
  POLL_CONSUMER,
  QUEUE_RETENTION_SECONDS,
} from '../../src/settings/runtime.ts';
import { functionResource, resource, resourcesOf, synthesize } from './support/synthesize.ts';

const template = synthesize();

// The local host uses the same constants: what holds here holds there.
describe.each([
  { construct: 'Deliveries', functionName: 'deliver', consumer: DELIVERY_CONSUMER },
  { construct: 'Ordered', functionName: 'deliver', consumer: ORDERED_CONSUMER },
  { construct: 'Polls', functionName: 'pubsub-poller', consumer: POLL_CONSUMER },
])('the queue $construct of $functionName', ({ construct, functionName, consumer }) => {
  const queue = resource(template, 'AWS::SQS::Queue', (_, id) => id.startsWith(`${construct}Queue`));
  const deadLetters = resource(template, 'AWS::SQS::Queue', (_, id) =>
    id.startsWith(`${construct}DeadLetters`),
  );
  const consumerFunction = functionResource(template, functionName);
  const mapping = resource(
    template,
    'AWS::Lambda::EventSourceMapping',
    ({ EventSourceArn }) => EventSourceArn['Fn::GetAtt'][0] === queue.id,
  );

  test('has the settings that the local host runs with', () => {
    expect(queue.Properties).toMatchObject({
      VisibilityTimeout: consumer.visibilityTimeoutSeconds,
      MessageRetentionPeriod: QUEUE_RETENTION_SECONDS,
      RedrivePolicy: { maxReceiveCount: consumer.maxReceiveCount },
    });
    expect(consumerFunction.Properties.Timeout).toBe(consumer.functionTimeoutSeconds);
    expect(mapping.Properties).toMatchObject({
      BatchSize: consumer.batchSize,
      // A FIFO queue accepts none.
      ...(construct !== 'Ordered' && { MaximumBatchingWindowInSeconds: consumer.batchWindowSeconds }),
      ScalingConfig: { MaximumConcurrency: consumer.maximumConcurrency },
    });
  });

  test('is read by that function, which reports the messages it could not take', () => {
    expect(mapping.Properties.FunctionName).toEqual({ Ref: consumerFunction.id });
    expect(mapping.Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('hides a message for at least six runs of the function', () => {
    expect(queue.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * consumerFunction.Properties.Timeout,
    );
  });

  test('hands what kills its consumer to a DLQ that keeps it as long as it can', () => {
    expect(queue.Properties.RedrivePolicy.deadLetterTargetArn).toEqual({
      'Fn::GetAtt': [deadLetters.id, 'Arn'],
    });
    expect(deadLetters.Properties.MessageRetentionPeriod).toBe(1_209_600);
  });
});

test('of the queues, those of ordered streams are FIFO queues, in which each key has a throughput of its own', () => {
  const queues = resourcesOf(template).filter(([, { Type }]) => Type === 'AWS::SQS::Queue');
  for (const [id, { Properties }] of queues) {
    const isOrdered = id.startsWith('Ordered');
    expect(Properties.FifoQueue, id).toBe(isOrdered ? true : undefined);
    expect(Properties.DeduplicationScope, id).toBe(isOrdered ? 'messageGroup' : undefined);
    expect(Properties.FifoThroughputLimit, id).toBe(isOrdered ? 'perMessageGroupId' : undefined);
    // Each message carries an id: two messages of the same event may have different bodies.
    expect(Properties.ContentBasedDeduplication, id).toBeUndefined();
  }
});

test('a FIFO queue has no window for batches', () => {
  const mappings = resourcesOf(template).filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping');
  const ordered = mappings.filter(([, { Properties }]) =>
    Properties.EventSourceArn['Fn::GetAtt'][0].startsWith('Ordered'),
  );
  expect(ordered.map(([, { Properties }]) => Properties.MaximumBatchingWindowInSeconds)).toEqual([undefined]);
});

test('every queue is encrypted, and refuses a request without TLS', () => {
  const queues = resourcesOf(template).filter(([, { Type }]) => Type === 'AWS::SQS::Queue');
  expect(queues).toHaveLength(6);
  for (const [id, { Properties }] of queues) {
    expect(Properties.SqsManagedSseEnabled).toBe(true);
    const policy = resource(template, 'AWS::SQS::QueuePolicy', ({ Queues }) => Queues[0].Ref === id);
    expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sqs:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  }
});
