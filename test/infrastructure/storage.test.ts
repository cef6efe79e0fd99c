import { describe, expect, test } from 'vitest';
import { TABLE_INDEXES, TABLE_KEYS, TABLE_TTL_ATTRIBUTE } from '../../src/settings/table.ts';
import { functionResource, resource, statementsOf, synthesize } from './support/synthesize.ts';

const template = synthesize();

describe('the table', () => {
  const { Properties } = resource(template, 'AWS::DynamoDB::Table');
  const keySchema = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];

  test('has the keys and indexes that the stores use', () => {
    expect(Properties.KeySchema).toEqual(keySchema(TABLE_KEYS.partition, TABLE_KEYS.sort));
    expect(Properties.GlobalSecondaryIndexes).toEqual(
      TABLE_INDEXES.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partition.name, index.sort.name),
        Projection:
          index.projected.length === 0
            ? { ProjectionType: 'KEYS_ONLY' }
            : { ProjectionType: 'INCLUDE', NonKeyAttributes: index.projected },
      })),
    );
    const types = Object.fromEntries(
      Properties.AttributeDefinitions.map((each: { AttributeName: string; AttributeType: string }) => [
        each.AttributeName,
        each.AttributeType,
      ]),
    );
    for (const { partition, sort } of TABLE_INDEXES) {
      expect(types[partition.name]).toBe(partition.type);
      expect(types[sort.name]).toBe(sort.type);
    }
  });

  test('is paid by use, can be taken back to any second, and forgets what has expired', () => {
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: TABLE_TTL_ATTRIBUTE, Enabled: true },
    });
  });
});

describe('what removing the stack removes', () => {
  test('neither the table nor the key, unless the installation is only tried', () => {
    const kept = resource(template, 'AWS::DynamoDB::Table');
    expect(kept.DeletionPolicy).toBe('Retain');
    expect(kept.Properties.DeletionProtectionEnabled).toBe(true);
    expect(resource(template, 'AWS::KMS::Key').DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test('everything of a throw-away installation', () => {
    const tried = synthesize({ throwAway: 'true' });
    const table = resource(tried, 'AWS::DynamoDB::Table');
    expect(table.DeletionPolicy).toBe('Delete');
    expect(table.Properties.DeletionProtectionEnabled).toBe(false);
    expect(resource(tried, 'AWS::KMS::Key').DeletionPolicy).toBe('Delete');
  });
});

test('a table that is there already is used instead of a new one', () => {
  const restored = synthesize({ tableName: 'restored-events' });
  restored.resourceCountIs('AWS::DynamoDB::Table', 0);
  expect(restored.toJSON()['Outputs'].TableName.Value).toBe('restored-events');
  for (const name of ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api']) {
    expect(functionResource(restored, name).Properties.Environment.Variables.TABLE_NAME).toBe(
      'restored-events',
    );
    const onTable = statementsOf(restored, name).filter(({ Action }) =>
      [Action].flat().some((each: string) => each.startsWith('dynamodb:')),
    );
    expect(onTable.length).toBeGreaterThan(0);
    for (const { Resource } of onTable) {
      for (const each of [Resource].flat()) expect(JSON.stringify(each)).toContain(':table/restored-events');
    }
  }
});

test('the key is replaced by AWS every year', () => {
  expect(resource(template, 'AWS::KMS::Key').Properties.EnableKeyRotation).toBe(true);
});

describe('the first administration token', () => {
  const random = resource(
    template,
    'AWS::SecretsManager::Secret',
    ({ GenerateSecretString }) => GenerateSecretString,
  );
  const token = resource(template, 'AWS::SecretsManager::Secret', ({ SecretString }) => SecretString);

  test('is made by AWS: 43 letters and digits behind the prefix', () => {
    expect(random.Properties.GenerateSecretString).toEqual({ PasswordLength: 43, ExcludePunctuation: true });
    expect(token.Properties.SecretString).toEqual({
      'Fn::Join': ['', ['slc_adm_{{resolve:secretsmanager:', { Ref: random.id }, ':SecretString:::}}']],
    });
  });

  test('reaches the API as the name of a secret, not as a value', () => {
    const mentions = JSON.stringify(template.toJSON()).match(/resolve:secretsmanager/g);
    expect(mentions).toHaveLength(1);
    expect(template.toJSON()['Outputs'].AdminTokenSecretArn.Value).toEqual({ Ref: token.id });
  });
});
