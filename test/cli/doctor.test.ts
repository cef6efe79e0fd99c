import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LocalRun } from '../support/local-run.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { until } from '../support/salesforce.ts';
import { type ScriptedAnswer, type ScriptedRequest, ScriptedService } from '../support/scripted-service.ts';
import { jsonOutputFaults } from './json-output.ts';
import { type Ended, runSluice, unwrapped } from './run-sluice.ts';

// The command against a real local run; AWS is simulated over HTTP, in the protocols of its services.

let run: LocalRun;
let aws: ScriptedService;
/** AWS's answers that differ from those of a healthy account. */
let scripted: Record<string, (request: ScriptedRequest) => ScriptedAnswer>;

beforeAll(async () => {
  run = await LocalRun.start(mkdtempSync(join(tmpdir(), 'sluice-doctor-')));
});
afterAll(() => run.end('SIGINT'));
beforeEach(async () => {
  scripted = {};
  aws = await ScriptedService.start((request) => {
    const answer = scripted[request.target] ?? WELL[request.target];
    if (answer === undefined)
      return { status: 400, body: { __type: 'UnknownOperation', message: request.target } };
    return answer(request);
  });
});
afterEach(() => aws.stop());

const RESOURCES: readonly (readonly [type: string, logicalId: string, physicalId: string])[] = [
  ['AWS::CloudWatch::Alarm', 'ObservabilityDeliveryOutageE85BE09C', 'Shop-DeliveryOutage'],
  ['AWS::CloudWatch::Alarm', 'ObservabilityDeliveriesGivenUp207A4FD4', 'Shop-DeliveriesGivenUp'],
  ['AWS::CloudWatch::Alarm', 'ObservabilityClockHasRun1A2B3C4D', 'Shop-ClockHasRun'],
  [
    'AWS::CloudWatch::CompositeAlarm',
    'ObservabilityClockStopped1A2B3C4D',
    'arn:aws:cloudwatch:us-east-1:000000000000:alarm:Shop-ClockStopped',
  ],
  ['AWS::Logs::LogGroup', 'DelivererDeliverFunctionLog4D5E6F70', 'shop-deliver-log'],
  ['AWS::Logs::LogGroup', 'PublishIngestLog4D5E6F70', 'shop-ingest-log'],
  ['AWS::Logs::LogGroup', 'FrontDoorAccessLog4D5E6F70', 'shop-access-log'],
  ['AWS::Lambda::EventSourceMapping', 'DelivererDeliverMapping4D5E6F70', 'mapping-1'],
];

const xml = (action: string, result: string): ScriptedAnswer => ({
  body: `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
});
const outputs = (version: string) =>
  xml(
    'DescribeStacks',
    `<Stacks><member><StackName>Shop</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs><member><OutputKey>Version</OutputKey><OutputValue>${version}</OutputValue></member></Outputs></member></Stacks>`,
  );
const alarms = (states: Readonly<Record<string, string>> = {}): ScriptedAnswer => {
  const one = (AlarmName: string, StateValue: string) => ({
    AlarmName,
    StateValue: states[AlarmName] ?? StateValue,
    StateReason: 'Threshold Crossed',
    ActionsEnabled: true,
  });
  return {
    body: {
      MetricAlarms: [
        one('Shop-DeliveryOutage', 'OK'),
        one('Shop-DeliveriesGivenUp', 'OK'),
        one('Shop-ClockHasRun', 'ALARM'),
      ],
      CompositeAlarms: [one('Shop-ClockStopped', 'OK')],
    },
  };
};

/** A healthy account. */
const WELL: Record<string, (request: ScriptedRequest) => ScriptedAnswer> = {
  DescribeStacks: () => outputs('0.1.0'),
  ListStackResources: () =>
    xml(
      'ListStackResources',
      `<StackResourceSummaries>${RESOURCES.map(
        ([type, logicalId, physicalId]) =>
          `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId></member>`,
      ).join('')}</StackResourceSummaries>`,
    ),
  'GraniteServiceVersion20100801.DescribeAlarms': () => alarms(),
  'GraniteServiceVersion20100801.SetAlarmState': () => ({ body: {} }),
  'Logs_20140328.FilterLogEvents': () => ({ body: { events: [] } }),
  'GET /2016-08-19/account-settings': () => ({ body: { AccountLimit: { ConcurrentExecutions: 1_000 } } }),
  'GET /2015-03-31/event-source-mappings/mapping-1': () => ({ body: { State: 'Enabled' } }),
};

function doctor(
  args: string,
  { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {},
) {
  return runSluice(['doctor', ...args.split(' ').filter((arg) => arg !== '')], {
    cwd: tmpdir(),
    stdin,
    env: {
      HOME: run.stateDir,
      SLUICE_STATE: run.stateDir,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...env,
    },
  });
}

const problemsOf = ({ stdout }: Ended): string[] =>
  stdout.split('\n').flatMap((line) => /^PROBLEM {2}(.*)$/.exec(line)?.[1] ?? []);

describe('sluice doctor', () => {
  test('sends an event through every hop of a local run, and leaves nothing behind', async () => {
    const ended = await doctor('');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^ok {7}management API: http:\/\/127\.0\.0\.1:\d+ answers; 1 app$/m);
    expect(ended.stdout).toMatch(
      /^ok {7}an event, through every hop: was accepted, signed, sent .* within [\d.]+ s$/m,
    );
    expect(aws.requests).toEqual([]);
    expect((await run.api('GET', '/v1/apps')).json).toHaveLength(1);
  });

  test('names what stands still in an app, but for what its owner paused', async () => {
    const { json } = await run.api('POST', '/v1/apps', { name: 'halted' });
    const path = `/v1/tenants/${String(json['id'])}`;
    const receiver = createServer((_, response) => response.writeHead(410).end());
    const url = await listenOnLoopback(receiver);
    await run.api('POST', `${path}/platforms/webhook/publications`, { name: 'gone', url });
    await run.api('PATCH', `${path}/publications/gone`, { paused: true });
    expect((await doctor('')).code).toBe(0);
    await run.api('PATCH', `${path}/publications/gone`, { paused: false });
    const { username, password, origin } = new URL(String(json['publish_url']));
    await until('a publication that is disabled', async () => {
      await fetch(`${origin}/gone`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${username}:${password}`)}`,
          'content-type': 'application/json',
        },
        body: '{}',
      });
      return (await run.api('GET', `${path}/publications/gone`)).json['state'] === 'disabled';
    });
    const ended = await doctor('');
    expect(ended.code).toBe(1);
    expect(problemsOf(ended)).toEqual([
      expect.stringMatching(/^app halted: publication gone is disabled \(.*410/),
    ]);
    await stopServer(receiver);
    await run.api('DELETE', '/v1/apps/halted');
  });

  test('says what to do when it may not ask, or cannot', async () => {
    const stranger = await doctor('', { env: { SLUICE_TOKEN: 'slc_nobody' } });
    expect(stranger.code).toBe(1);
    expect(problemsOf(stranger)).toHaveLength(1);
    expect(stranger.stdout).toContain('the doctor needs an administration token');
    const nobody = await doctor('', { env: { SLUICE_API_URL: 'http://127.0.0.1:1', SLUICE_TOKEN: 'slc_x' } });
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toContain('cannot reach http://127.0.0.1:1');
  });

  test('asks AWS for the alarm as well, but only with --aws', async () => {
    const ended = await doctor('--ring');
    expect(ended.code).toBe(2);
    expect(unwrapped(ended.stderr)).toContain('--aws');
  });
});

describe('sluice doctor --aws', () => {
  test('finds nothing where all is well, and asks only what reads', async () => {
    const ended = await doctor('--aws --stack Shop --json');
    expect(ended).toMatchObject({ code: 0 });
    expect(jsonOutputFaults('doctor', ended.stdout)).toEqual([]);
    const checks: { name: string; outcome: string; found: string }[] = JSON.parse(ended.stdout);
    expect(checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'stack',
        'version',
        'alarms',
        'log of functions/deliver',
        'log of functions/ingest',
        'queue of functions/deliver',
        'concurrency',
      ]),
    );
    expect(aws.requests.map(({ target }) => target)).not.toContain(
      'GraniteServiceVersion20100801.SetAlarmState',
    );
    expect(aws.requests.find(({ target }) => target === 'DescribeStacks')?.body).toMatchObject({
      StackName: 'Shop',
    });
  });

  test('names each thing that is not as it should be, and what to do', async () => {
    scripted = {
      DescribeStacks: () => outputs('0.0.9'),
      'GraniteServiceVersion20100801.DescribeAlarms': () =>
        alarms({ 'Shop-DeliveryOutage': 'ALARM', 'Shop-ClockHasRun': 'INSUFFICIENT_DATA' }),
      'Logs_20140328.FilterLogEvents': ({ body }) => ({
        body: {
          events:
            body['logGroupName'] === 'shop-deliver-log'
              ? [
                  { timestamp: 1, message: '{"level":"ERROR","code":"DELIVERY_FAILED_UNEXPECTEDLY"}' },
                  { timestamp: 0, message: '{"level":"ERROR","code":"OLDER"}' },
                ]
              : [],
        },
      }),
      'GET /2016-08-19/account-settings': () => ({ body: { AccountLimit: { ConcurrentExecutions: 10 } } }),
      'GET /2015-03-31/event-source-mappings/mapping-1': () => ({ body: { State: 'Disabled' } }),
    };
    const ended = await doctor('--aws --stack Shop');
    expect(ended.code).toBe(1);
    expect(problemsOf(ended)).toEqual([
      'version: 0.0.9 is deployed, and this command is of 0.1.0',
      'alarm DeliveryOutage: Threshold Crossed',
      'clock: functions/schedule has not run five times in a row yet',
      'log of functions/deliver: 1970-01-01T00:00:00.001Z {"level":"ERROR","code":"DELIVERY_FAILED_UNEXPECTEDLY"}',
      'queue of functions/deliver: its event source mapping is Disabled',
      'concurrency: the account allows 10 executions at once, and the installation may want 90',
    ]);
    expect(ended.stdout.match(/^ {9}→ /gm)).toHaveLength(6);
  });

  test('goes on when one thing may not be asked', async () => {
    scripted = {
      'Logs_20140328.FilterLogEvents': () => ({
        status: 400,
        body: { __type: 'AccessDeniedException', message: 'not for you' },
      }),
    };
    const ended = await doctor('--aws --stack Shop');
    expect(ended.code).toBe(1);
    expect(problemsOf(ended)).toEqual([
      'log of functions/deliver: AccessDeniedException: not for you',
      'log of functions/ingest: AccessDeniedException: not for you',
    ]);
  });

  test('says which stack it looked for', async () => {
    scripted = {
      DescribeStacks: () => ({
        status: 400,
        body: '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id Shop does not exist</Message></Error></ErrorResponse>',
      }),
    };
    const ended = await doctor('--aws --stack Shop');
    expect(ended.code).toBe(1);
    expect(unwrapped(ended.stderr)).toContain(
      'cannot read the stack Shop (Stack with id Shop does not exist)',
    );
  });

  test.each([
    ['y\n', 0],
    ['\n', 1],
    ['', 1],
  ])('rings an alarm of each topic, and believes %j: %i', async (stdin, code) => {
    const ended = await doctor('--aws --stack Shop --ring', { stdin });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain('DeliveryOutage and DeliveriesGivenUp ring now. Did both reach a person?');
    expect(
      aws.requests.filter(({ target }) => target.endsWith('SetAlarmState')).map(({ body }) => body),
    ).toMatchObject([
      { AlarmName: 'Shop-DeliveryOutage', StateValue: 'ALARM' },
      { AlarmName: 'Shop-DeliveriesGivenUp', StateValue: 'ALARM' },
    ]);
  });
});
