import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../../src/settings/names.ts';
import {
  API_TIMEOUT_SECONDS,
  DELIVERY_CONSUMER,
  INGEST_TIMEOUT_SECONDS,
  MEMORY_MB,
  POLL_CONSUMER,
  SCHEDULE_TIMEOUT_SECONDS,
} from '../../src/settings/runtime.ts';
import {
  functionResource,
  ROOT,
  resource,
  resourcesOf,
  statementsOf,
  synthesize,
} from './support/synthesize.ts';

const template = synthesize();
const NAMES = Object.keys(MEMORY_MB) as (keyof typeof MEMORY_MB)[];

const TIMEOUT_SECONDS: { readonly [name: string]: number } = {
  ingest: INGEST_TIMEOUT_SECONDS,
  deliver: DELIVERY_CONSUMER.functionTimeoutSeconds,
  'pubsub-poller': POLL_CONSUMER.functionTimeoutSeconds,
  schedule: SCHEDULE_TIMEOUT_SECONDS,
  api: API_TIMEOUT_SECONDS,
};

const WRITES_LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READS_AND_WRITES_TABLE = [
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
].map((action) => `dynamodb:${action}`);
const CONSUMES = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const RETURNS = ['sqs:ChangeMessageVisibility', 'sqs:SendMessage'];
const KEEPS_SECRETS = ['kms:Decrypt', 'kms:Encrypt'];

/** Everything that each function may do, listed in full so that a review sees a widened right. */
const MAY: { readonly [name: string]: readonly string[] } = {
  ingest: [
    ...WRITES_LOG,
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'kms:Decrypt',
    'sqs:SendMessage',
  ],
  deliver: [
    ...WRITES_LOG,
    ...READS_AND_WRITES_TABLE,
    'dynamodb:BatchGetItem',
    ...CONSUMES,
    ...RETURNS,
    ...KEEPS_SECRETS,
  ],
  'pubsub-poller': [
    ...WRITES_LOG,
    ...READS_AND_WRITES_TABLE,
    'dynamodb:BatchGetItem',
    ...CONSUMES,
    ...RETURNS,
    ...KEEPS_SECRETS,
  ],
  schedule: [
    ...WRITES_LOG,
    ...READS_AND_WRITES_TABLE,
    'dynamodb:BatchGetItem',
    'sqs:SendMessage',
    ...KEEPS_SECRETS,
  ],
  api: [
    ...WRITES_LOG,
    ...READS_AND_WRITES_TABLE,
    'dynamodb:BatchGetItem',
    ...CONSUMES,
    ...RETURNS,
    ...KEEPS_SECRETS,
    'secretsmanager:GetSecretValue',
    'logs:FilterLogEvents',
    'logs:GetQueryResults',
    'logs:StartQuery',
    'logs:StopQuery',
  ],
};

const INDEXES: { readonly [name: string]: readonly string[] } = {
  ingest: ['pulls'],
  deliver: ['pulls'],
  'pubsub-poller': ['due'],
  schedule: ['deliveries', 'due'],
  api: ['deliveries', 'pulls'],
};

/** Values as a function finds them at run time: what CloudFormation would substitute for a reference. */
function environmentOf(name: string): Record<string, string> {
  const { Variables } = functionResource(template, name).Properties.Environment;
  return Object.fromEntries(
    Object.entries(Variables).map(([variable, value]) => [
      variable,
      typeof value === 'string'
        ? value
        : variable.endsWith('URL')
          ? 'https://example.com'
          : variable === 'LOG_GROUPS'
            ? 'deliver=a-group'
            : `resolved-${variable}`,
    ]),
  );
}

test('the stack has these functions and no other', () => {
  const functions = resourcesOf(template).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  expect(functions).toHaveLength(NAMES.length);
  expect(NAMES.toSorted()).toEqual(Object.keys(MAY).toSorted());
});

describe.each(NAMES)('functions/%s', (name) => {
  const { Properties } = functionResource(template, name);

  test('runs on arm64 and Node 24, with the memory and the time of the settings', () => {
    expect(Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: MEMORY_MB[name],
      Timeout: TIMEOUT_SECONDS[name],
    });
  });

  test('is given no variable that is not in the list of settings', () => {
    expect(
      Object.keys(Properties.Environment.Variables).filter((variable) => !(variable in SETTINGS)),
    ).toEqual([]);
  });

  test('is given everything its configuration asks for, and nothing of a laptop', async () => {
    const { readConfig } = await import(`${ROOT}/functions/${name}/config.ts`);
    const environment = environmentOf(name);
    expect(() => readConfig(environment)).not.toThrow();
    expect(Object.keys(environment)).not.toContain('ALLOW_LOOPBACK');
    expect(Object.keys(environment)).not.toContain('LOCAL_KEY_FILE');
  });

  test('may do what it has to and nothing else', () => {
    const actions: string[] = statementsOf(template, name).flatMap(({ Action }) => Action);
    expect([...new Set(actions)].toSorted()).toEqual([...(MAY[name] ?? [])].toSorted());
  });

  test('has rights on named resources only', () => {
    const statements = statementsOf(template, name);
    const unnamed = statements.filter(({ Resource }) => Resource === '*');
    // IAM has no resource for log queries.
    expect(unnamed.flatMap(({ Action }) => Action)).toEqual(
      name === 'api' ? ['logs:GetQueryResults', 'logs:StopQuery'] : [],
    );
    const resources = statements.flatMap(({ Resource }) => (Resource === '*' ? [] : Resource));
    expect(JSON.stringify(resources)).not.toContain('*');
    const indexes = JSON.stringify(resources).match(/(?<=\/index\/)\w+/g) ?? [];
    expect(indexes).toEqual(INDEXES[name] ?? []);
  });

  test('decrypts only what is bound to an app and a resource', () => {
    const onKey = statementsOf(template, name).filter(({ Action }) =>
      [Action].flat().some((each: string) => each.startsWith('kms:')),
    );
    for (const { Condition } of onKey) {
      expect(Condition).toEqual({
        Null: { 'kms:EncryptionContext:appId': 'false', 'kms:EncryptionContext:resourceId': 'false' },
      });
    }
  });

  test('has a log group of its own that ends, and a role without managed policies', () => {
    const log = resource(
      template,
      'AWS::Logs::LogGroup',
      (_, id) => id === Properties.LoggingConfig.LogGroup.Ref,
    );
    expect(log.Properties.RetentionInDays).toBe(30);
    const role = resource(template, 'AWS::IAM::Role', (_, id) => id === Properties.Role['Fn::GetAtt'][0]);
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  });

  // Lambda would stop a feed's worker after 16 hand-overs, which is a few hours.
  test('may feed its own queue only if it is meant to', () => {
    const feedsItself = name === 'deliver' || name === 'pubsub-poller';
    expect(Properties.RecursiveLoop).toBe(feedsItself ? 'Allow' : 'Terminate');
  });
});

test('log level and retention can be chosen', () => {
  const chosen = synthesize({ logLevel: 'DEBUG', logRetentionDays: '7' });
  const { Properties } = functionResource(chosen, 'api');
  expect(Properties.Environment.Variables.LOG_LEVEL).toBe('DEBUG');
  // Lambda drops lines below its own level, whatever the function's level is.
  expect(Properties.LoggingConfig.ApplicationLogLevel).toBe('DEBUG');
  const retentions = resourcesOf(chosen)
    .filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup')
    .map(([, each]) => each.Properties.RetentionInDays);
  expect(new Set(retentions)).toEqual(new Set([7]));
});
