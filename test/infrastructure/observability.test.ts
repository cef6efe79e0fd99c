import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleFunction } from '../../lib/bundle.ts';
import { SCHEDULE_INTERVAL_MS } from '../../src/settings/runtime.ts';
import { LOG_MESSAGES } from '../../src/telemetry/log-messages.ts';
import {
  functionResource,
  ROOT,
  resource,
  resourcesOf,
  synthesize,
  type TemplateResource,
} from './support/synthesize.ts';

const template = synthesize();
const ofType = (type: string): TemplateResource[] =>
  resourcesOf(template)
    .map(([, each]) => each)
    .filter(({ Type }) => Type === type);
const alarms = ofType('AWS::CloudWatch::Alarm');
const filters = ofType('AWS::Logs::MetricFilter');

describe('the clock', () => {
  const rule = resource(template, 'AWS::Events::Rule');

  test('strikes as often as the settings say', () => {
    expect(SCHEDULE_INTERVAL_MS).toBe(60_000);
    expect(rule.Properties.ScheduleExpression).toBe('rate(1 minute)');
    expect(rule.Properties.Targets[0].Arn).toEqual({
      'Fn::GetAtt': [functionResource(template, 'schedule').id, 'Arn'],
    });
  });

  test('does not strike a minute twice', () => {
    expect(rule.Properties.Targets[0].RetryPolicy.MaximumRetryAttempts).toBe(0);
    expect(resource(template, 'AWS::Lambda::EventInvokeConfig').Properties.MaximumRetryAttempts).toBe(0);
  });
});

describe('alarms', () => {
  test('watch queues, functions, the clock and what the functions say of themselves', () => {
    const ids = resourcesOf(template)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id]) => id.replace(/^Observability/, '').replace(/[0-9A-F]{8}$/, ''))
      .toSorted();
    expect(ids).toEqual([
      'AllocationLow',
      'AuthorizationDead',
      'ClockStopped',
      'CursorAge',
      'DeliveryDeadLetters',
      'Errorsapi',
      'Errorsdeliver',
      'Errorsingest',
      'Errorspubsubpoller',
      'Errorsschedule',
      'FeedEventUndecodable',
      'FeedGap',
      'OldestDelivery',
      'OldestPoll',
      'PollDeadLetters',
      'PublicationDisabled',
      'PublishQueueRefused',
      'RequestFailed',
      'ScheduleTaskFailed',
      'Throttles',
    ]);
  });

  test('each tells the topic, and says what to do', () => {
    const topic = resource(template, 'AWS::SNS::Topic');
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toEqual([{ Ref: topic.id }]);
      expect(Properties.AlarmDescription.length).toBeGreaterThan(40);
    }
  });

  test('a clock that says nothing is an alarm; everything else may be silent', () => {
    const breaching = alarms.filter(({ Properties }) => Properties.TreatMissingData === 'breaching');
    expect(breaching).toHaveLength(1);
    expect(breaching[0]?.Properties).toMatchObject({
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionResource(template, 'schedule').id } }],
    });
  });

  test('on a metric of ours have a log that feeds it', () => {
    const fed = new Set(filters.map(({ Properties }) => Properties.MetricTransformations[0].MetricName));
    const own = alarms
      .map(({ Properties }) => Properties)
      .filter(({ Namespace }) => Namespace === 'Sluice/Sluice');
    expect(own.length).toBeGreaterThan(5);
    for (const { MetricName } of own) expect(fed).toContain(MetricName);
  });

  test('may reach the topic, which is more than its own policy would let them by default', () => {
    expect(resource(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });

  test('write to an address where one is given', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    synthesize({ alarmEmail: 'operator@example.com' }).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'operator@example.com',
    });
  });
});

test('metric filters look for codes that the catalogue of log messages has', () => {
  const codes = filters.flatMap(({ Properties }) =>
    [...Properties.FilterPattern.matchAll(/\$\.code = "(\w+)"/g)].map((match) => match[1]),
  );
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !(code in LOG_MESSAGES))).toEqual([]);
});

test('numbers that metric filters read are fields that the functions write', () => {
  const fields = filters
    .map(({ Properties }) => Properties.MetricTransformations[0].MetricValue)
    .filter((value: string) => value.startsWith('$.'))
    .map((value: string) => value.slice(2));
  expect(fields.toSorted()).toEqual(['cursorAgeMs', 'lagMs']);
  const { metafile } = bundleFunction('pubsub-poller');
  const sources = Object.keys(metafile.inputs)
    .filter((path) => path.startsWith('src/'))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'));
  for (const field of fields) {
    expect(sources.some((source) => new RegExp(`^\\s+${field}:`, 'm').test(source))).toBe(true);
  }
});

test('a function without a log group of its own has no filter', () => {
  const logGroups = new Set(
    ofType('AWS::Lambda::Function').map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref),
  );
  for (const { Properties } of filters) expect(logGroups).toContain(Properties.LogGroupName.Ref);
});

test('the dashboard is valid JSON that shows every alarm', () => {
  const body = resource(template, 'AWS::CloudWatch::Dashboard')
    .Properties.DashboardBody['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'x'))
    .join('');
  const { widgets } = JSON.parse(body);
  expect(widgets[0].properties.alarms).toHaveLength(alarms.length);
  expect(widgets.length).toBeGreaterThan(6);
});
