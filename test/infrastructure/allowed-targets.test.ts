import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readInstallSettings } from '../../lib/install-settings.ts';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { parseAllowedTargets } from '../../src/settings/allowed-targets.ts';
import { functionResource, statementsOf, synthesize } from './support/synthesize.ts';

const QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:orders';
const FIFO = 'arn:aws:sqs:eu-central-1:123456789012:orders.fifo';
const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/orders';
const STREAM = 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders';
const BUCKET = 'arn:aws:s3:::acme-lake/raw';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01';
const APP = '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c02';
const allowedTargets = [QUEUE, `${FIFO}=${APP}`, BUS, STREAM, BUCKET, KEY].join(',');

const read = (context: Record<string, unknown>) => readInstallSettings(new App({ context }).node);

/** What the function may do to resources outside the stack. */
function rightsAbroad(name: 'deliver' | 'api' | 'ingest' | 'schedule' | 'pubsub-poller', context: object) {
  return statementsOf(synthesize({ ...context }), name)
    .map(({ Action, Resource, Condition }) => ({
      actions: [Action].flat(),
      resources: [Resource]
        .flat()
        .filter((resource) => typeof resource === 'string' && resource.startsWith('arn:')),
      ...(Condition === undefined ? {} : { Condition }),
    }))
    .filter(({ resources }) => resources.length > 0);
}

describe('the targets in AWS that an installation allows', () => {
  test('are what deliver may send to, each by its ARN and with what its platform needs, and nothing else', () => {
    expect(rightsAbroad('deliver', { allowedTargets })).toEqual([
      { actions: ['sqs:SendMessage'], resources: [QUEUE, FIFO] },
      { actions: ['events:DescribeEventBus', 'events:PutEvents'], resources: [BUS] },
      { actions: ['kinesis:PutRecords'], resources: [STREAM] },
      { actions: ['s3:PutObject'], resources: [`${BUCKET}/*`] },
      {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [KEY],
        Condition: {
          StringLike: {
            'kms:ViaService': ['sqs.eu-central-1.*', 'kinesis.eu-central-1.*', 's3.eu-central-1.*'],
          },
        },
      },
    ]);
  });

  test('are no right of another function, and none by default', () => {
    for (const name of ['api', 'ingest', 'schedule', 'pubsub-poller'] as const) {
      expect(rightsAbroad(name, { allowedTargets })).toEqual([]);
    }
    expect(rightsAbroad('deliver', {})).toEqual([]);
  });

  test('are told to what creates publications and to what sends, with their apps and without keys', () => {
    for (const name of ['api', 'deliver'] as const) {
      const told = (context: Record<string, string>) =>
        functionResource(synthesize(context), name).Properties.Environment.Variables.ALLOWED_TARGETS;
      const parsed = parseAllowedTargets(told({ allowedTargets }));
      if (!('list' in parsed)) throw new Error(parsed.bad);
      const targets = new ListedTargets(parsed.list);
      expect(targets.check('another app', QUEUE)).toEqual({ ok: true });
      expect(targets.check(APP, FIFO)).toEqual({ ok: true });
      expect(targets.check('another app', FIFO)).toMatchObject({ ok: false });
      expect(targets.check(APP, KEY)).toMatchObject({ ok: false });
      expect(told({})).toBeUndefined();
    }
  });

  test('may be a list in cdk.json', () => {
    expect(read({ allowedTargets: [QUEUE, BUS] }).allowedTargets).toEqual([
      { arn: QUEUE, appIds: undefined },
      { arn: BUS, appIds: undefined },
    ]);
  });

  test.each([
    '*',
    'any',
    'arn:aws:sqs:eu-central-1:123456789012:*',
    'arn:aws:sns:eu-central-1:123456789012:orders',
    'arn:aws:s3:::acme-lake/',
    'arn:aws:s3:::acme-lake/*',
    'arn:aws:sqs::123456789012:orders',
    `${QUEUE}=shop`,
  ])('are not %s', (bad) => {
    expect(() => read({ allowedTargets: bad })).toThrow(/allowedTargets: expected .*, found /);
  });

  test('fit into the environment of a function', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => `${QUEUE}-${String(n).padStart(2, '0')}`);
    const fits = Math.floor(1_501 / (QUEUE.length + 4));
    expect(read({ allowedTargets: many(fits) }).allowedTargets).toHaveLength(fits);
    expect(() => read({ allowedTargets: many(fits + 1) })).toThrow(
      /allowedTargets: expected at most 1500 characters/,
    );
  });
});
