import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCHEDULE_INTERVAL_MS } from '../../src/settings/runtime.ts';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { shortId } from './support/alarm-evaluator.ts';
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
/** What tells somebody; two more are parts of one of these. */
const ringing = resourcesOf(template)
  .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm' || Type === 'AWS::CloudWatch::CompositeAlarm')
  .map(([id, { Properties }]) => ({ id: shortId(id), properties: Properties }))
  .filter(({ properties }) => properties.AlarmActions !== undefined);
const guide = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

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
  const topicOf = ({ AlarmActions: [{ Ref }] }: TemplateResource['Properties']): string => shortId(Ref);

  test('tell one of two topics, also that they are over, and say what to do', () => {
    expect(ringing.length).toBeGreaterThan(25);
    for (const { id, properties } of ringing) {
      expect(['Wake', 'Tomorrow']).toContain(topicOf(properties));
      expect(properties.OKActions).toEqual(properties.AlarmActions);
      expect(properties.AlarmDescription).toMatch(new RegExp(`^${id}: .{40,} See docs/operations.md.$`));
    }
  });

  test('tell nobody only where they are parts of another', () => {
    const silent = resourcesOf(template)
      .filter(([, { Type, Properties }]) => Type === 'AWS::CloudWatch::Alarm' && !Properties.AlarmActions)
      .map(([id]) => id);
    const { AlarmRule } = resource(template, 'AWS::CloudWatch::CompositeAlarm').Properties;
    expect(silent).toHaveLength(2);
    for (const id of silent) expect(JSON.stringify(AlarmRule)).toContain(`"${id}"`);
  });

  test('have a section of the guide each, which says whom they tell; and no section is left over', () => {
    const sections = [...guide.matchAll(/^#### (\w+ \((?:wake|tomorrow)\))$/gm)].map(
      ([, title = '']) => title,
    );
    const titles = ringing.map(({ id, properties }) => `${id} (${topicOf(properties).toLowerCase()})`);
    expect(sections.toSorted()).toEqual(titles.toSorted());
  });

  test('may reach the topics, which is more than their own policies would let them by default', () => {
    const policies = ofType('AWS::SNS::TopicPolicy');
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      );
    }
  });

  test('write to addresses where they are given: the wake-up to its own, or to the other', () => {
    const subscribed = (context: { readonly [name: string]: string }) =>
      resourcesOf(synthesize(context))
        .filter(([, { Type }]) => Type === 'AWS::SNS::Subscription')
        .map(([, { Properties }]) => `${shortId(Properties.TopicArn.Ref)} ${Properties.Endpoint}`)
        .toSorted();
    expect(subscribed({})).toEqual([]);
    expect(subscribed({ alarmEmail: 'a@example.com' })).toEqual([
      'Tomorrow a@example.com',
      'Wake a@example.com',
    ]);
    expect(subscribed({ alarmEmail: 'a@example.com', wakeEmail: 'pager@example.com' })).toEqual([
      'Tomorrow a@example.com',
      'Wake pager@example.com',
    ]);
  });
});

test('the guide lists the metrics as the catalogue has them', () => {
  for (const [name, { unit, text }] of Object.entries(METRICS)) {
    expect(guide).toContain(`| \`${name}\` | ${unit} | ${text} |`);
  }
  const rows = [...guide.matchAll(/^\| `([A-Z]\w+)` \| (?:Count|Milliseconds|Percent) \|/gm)];
  expect(rows).toHaveLength(Object.keys(METRICS).length);
});

describe('publishes that no function saw', () => {
  const { FilterPattern, MetricTransformations } = resource(template, 'AWS::Logs::MetricFilter').Properties;
  const { Format } = resource(template, 'AWS::ApiGatewayV2::Stage').Properties.AccessLogSettings;
  /** A line as API Gateway would write it. */
  const line = (values: Record<string, string>) =>
    JSON.parse(Format.replaceAll(/\$context\.([\w.]+)/g, (_: string, name: string) => values[name] ?? '-'));
  /** CloudWatch's pattern, as JavaScript: `*` stands for anything, and all values are texts. */
  const matches = (fields: Record<string, string>) => {
    const [, inner = ''] = /^\{ (.*) \}$/.exec(FilterPattern) ?? [];
    const terms = inner.replaceAll(
      /\$\.(\w+) (!?=) "([^"]*)"/g,
      (_: string, field: string, operator: string, text: string) => {
        const expected = new RegExp(`^${text.replaceAll('*', '.*')}$`);
        return String(expected.test(fields[field] ?? '') === (operator === '='));
      },
    );
    expect(terms).toMatch(/^[()&| a-z]+$/);
    return evaluateBoolean(terms);
  };

  test.each([
    [{ status: '429', path: '/orders' }, true],
    [{ status: '503', integrationStatus: '429', path: '/orders' }, true],
    [{ status: '429', integrationStatus: '200', path: '/orders' }, false],
    [{ status: '202', integrationStatus: '200', path: '/orders' }, false],
    [{ status: '429', path: '/v1/tenants' }, false],
  ])('are counted in the access log: %j, %j', (values, counted) => {
    expect(matches(line(values))).toBe(counted);
    expect(line(values).installation).toBe('Sluice');
  });

  test('are a metric of the installation', () => {
    expect(MetricTransformations).toEqual([
      {
        MetricNamespace: 'Sluice',
        MetricName: 'PublishesThrottled',
        MetricValue: '1',
        Dimensions: [{ Key: 'Installation', Value: '$.installation' }],
      },
    ]);
  });
});

/** `true`, `false`, `&&`, `||` and parentheses, the innermost first. */
function evaluateBoolean(text: string): boolean {
  const simple = text
    .replaceAll(/\((true|false)\)/g, '$1')
    .replaceAll(/(true|false) && (true|false)/g, (_, one, other) =>
      String(one === 'true' && other === 'true'),
    )
    .replaceAll(/(?<!&& )(true|false) \|\| (true|false)(?! &&)/g, (_, one, other) =>
      String(one === 'true' || other === 'true'),
    );
  if (simple === 'true' || simple === 'false') return simple === 'true';
  if (simple === text) throw new Error(`expected true or false, found ${text}`);
  return evaluateBoolean(simple);
}

test('lines of metrics pass the filter of Lambda, whatever the level of the log', () => {
  for (const level of ['DEBUG', 'ERROR']) {
    for (const [, { Type, Properties }] of resourcesOf(synthesize({ logLevel: level }))) {
      if (Type !== 'AWS::Lambda::Function' || Properties.Environment?.Variables.TABLE_NAME === undefined)
        continue;
      expect(Properties.LoggingConfig.ApplicationLogLevel).toBe('INFO');
      expect(Properties.Environment.Variables).toMatchObject({ LOG_LEVEL: level, INSTALLATION: 'Sluice' });
    }
  }
});

test('the dashboard is valid JSON that shows every alarm', () => {
  const body = resource(template, 'AWS::CloudWatch::Dashboard')
    .Properties.DashboardBody['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'x'))
    .join('');
  const { widgets } = JSON.parse(body);
  expect(widgets[0].properties.alarms).toHaveLength(ringing.length);
  expect(widgets.length).toBeGreaterThan(6);
});
