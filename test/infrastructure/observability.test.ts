import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entryFields } from '../../src/domain/history/history-entry.ts';
import { SCHEDULE_INTERVAL_MS } from '../../src/settings/runtime.ts';
import { LOG_MESSAGES } from '../../src/telemetry/log-messages.ts';
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
/** The alarms that notify somebody; two more are parts of one of these. */
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
  /** CloudWatch's pattern as JavaScript: `*` matches anything, and all values are texts. */
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

/** `true`, `false`, `&&`, `||` and parentheses; evaluates the innermost first. */
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
      expect(Properties.LoggingConfig.ApplicationLogLevel).toBe(level === 'DEBUG' ? 'DEBUG' : 'INFO');
      expect(Properties.Environment.Variables).toMatchObject({ LOG_LEVEL: level, INSTALLATION: 'Sluice' });
    }
  }
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly alarms?: readonly unknown[];
    readonly query?: string;
  };
}

function dashboardsOf(context: Record<string, string> = {}): {
  readonly widgets: readonly Widget[];
  readonly variables?: readonly { readonly pattern: string }[];
}[] {
  return resourcesOf(synthesize(context))
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Dashboard')
    .map(([, { Properties }]) =>
      JSON.parse(
        Properties.DashboardBody['Fn::Join'][1]
          .map((part: unknown) => (typeof part === 'string' ? part : 'x'))
          .join(''),
      ),
    );
}

describe('the dashboard', () => {
  const [{ widgets } = { widgets: [] }] = dashboardsOf();
  const graphs = widgets.filter(({ type }) => type === 'metric');

  test('shows every alarm, and asks a question above each graph', () => {
    expect(widgets[0]?.properties.alarms).toHaveLength(ringing.length);
    expect(graphs.length).toBeGreaterThan(10);
    for (const { properties } of graphs) expect(properties.title).toMatch(/\?$/);
  });

  test('reads from left to right as events flow, in full rows', () => {
    const firstY = Math.min(...graphs.map(({ y }) => y));
    const first = graphs.filter(({ y }) => y === firstY).toSorted((one, other) => one.x - other.x);
    expect(first.map(({ properties }) => properties.title)).toEqual([
      'Do events come in?',
      'How many do filters drop?',
      'Do deliveries wait?',
      'Do they arrive, and how soon (ms)?',
    ]);
    for (const [, row] of Map.groupBy(widgets, ({ y }) => y)) {
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    }
  });
});

/** Names of messages, and of what their lines contain. */
const CODES = /"([A-Z]+(?:_[A-Z]+)+)"/g;

describe('questions to the log', () => {
  const queries = ofType('AWS::Logs::QueryDefinition').map(({ Properties }) => Properties);

  test('are saved under the name of the installation, in their order', () => {
    const names = queries.map(({ Name }) => String(Name)).toSorted();
    expect(names.length).toBeGreaterThan(7);
    for (const [index, name] of names.entries()) {
      expect(name).toMatch(new RegExp(`^Sluice/${index + 1} [A-Z].*\\?$`));
    }
    const other = resourcesOf(synthesize({ stackName: 'Other' }));
    const [, named] = other.find(([, { Type }]) => Type === 'AWS::Logs::QueryDefinition') ?? [];
    expect(named?.Properties.Name).toMatch(/^Other\//);
  });

  test('ask for messages that there are, of functions that there are', () => {
    const appQueries = dashboardsOf({ appDashboard: 'true' }).flatMap(({ widgets }) =>
      widgets.flatMap(({ type, properties }) => (type === 'log' ? [properties.query ?? ''] : [])),
    );
    const texts = [...queries.map(({ QueryString }) => String(QueryString)), ...appQueries];
    const codes = texts.flatMap((text) => [...text.matchAll(CODES)].map(([, code = '']) => code));
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !Object.hasOwn(LOG_MESSAGES, code))).toEqual([]);
    for (const { LogGroupNames } of queries) {
      expect(LogGroupNames.length).toBeGreaterThan(0);
      for (const { Ref } of LogGroupNames)
        expect(template.toJSON()['Resources'][Ref].Type).toBe('AWS::Logs::LogGroup');
    }
  });

  test('name the fields of the line of an attempt as it is written', () => {
    const fields = Object.keys(
      entryFields({
        atMs: 0,
        appId: 'a',
        publication: 'p',
        subscriptionId: undefined,
        eventId: 'e',
        deliveryId: 'd',
        outcome: 'delivered',
        durationMs: 1,
        status: 204,
        errorId: undefined,
        attempt: 1,
        queuedAtMs: 0,
      }),
    );
    const asked = queries
      .map(({ QueryString }) => String(QueryString))
      .filter((text) => text.includes('DELIVERY_ATTEMPTED'))
      .flatMap((text) =>
        [...text.matchAll(/ by ([\w, ]+)$/gm)].flatMap(([, names = '']) => names.split(', ')),
      );
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !fields.includes(name))).toEqual([]);
  });
});

describe('a dashboard for one app', () => {
  test('is there only where it is asked for, because it is charged', () => {
    expect(dashboardsOf()).toHaveLength(1);
    expect(dashboardsOf({ appDashboard: 'true' })).toHaveLength(2);
  });

  test('has a field whose text is in every query of it', () => {
    const found = dashboardsOf({ appDashboard: 'true' }).find(({ variables }) => variables !== undefined);
    const [{ pattern } = { pattern: '' }] = found?.variables ?? [];
    expect(pattern).toMatch(/^[0-9a-f-]{36}$/);
    expect(found?.widgets.length).toBeGreaterThan(4);
    for (const { type, properties } of found?.widgets ?? []) {
      expect(type).toBe('log');
      expect(properties.title).toMatch(/\?$/);
      expect(properties.query).toContain(`appId = "${pattern}"`);
    }
  });
});

describe('tracing', () => {
  const functionsOf = (context: Record<string, string>) =>
    resourcesOf(synthesize(context)).flatMap(([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' && Properties.Environment?.Variables?.INSTALLATION !== undefined
        ? [Properties]
        : [],
    );
  const rightsOf = (context: Record<string, string>) =>
    JSON.stringify(resourcesOf(synthesize(context)).filter(([, { Type }]) => Type === 'AWS::IAM::Policy'));

  test('is off, and then nothing of it is there', () => {
    for (const { TracingConfig, Environment } of functionsOf({})) {
      expect(TracingConfig).toBeUndefined();
      expect(Environment.Variables).not.toHaveProperty('TRACING');
    }
    expect(rightsOf({})).not.toContain('xray:');
  });

  test('by X-Ray is of every function, which may send traces and goes on with them on its queue', () => {
    const traced = functionsOf({ tracing: 'xray' });
    expect(traced).toHaveLength(5);
    for (const { TracingConfig, Environment } of traced) {
      expect(TracingConfig).toEqual({ Mode: 'Active' });
      expect(Environment.Variables.TRACING).toBe('true');
    }
    expect(rightsOf({ tracing: 'xray' })).toContain('xray:PutTraceSegments');
  });
});
