import * as sqs from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { makeApp } from './support/synthesize.ts';

const findings = (scope: Parameters<AwsSolutionsChecks['validateScope']>[0]) =>
  new AwsSolutionsChecks()
    .validateScope(scope)
    .violations.map(({ ruleName }) => ruleName)
    .toSorted();

describe('the AWS Solutions rules', () => {
  test.each([
    [{}],
    [{ allowedTargets: 'arn:aws:s3:::acme-lake,arn:aws:sqs:eu-central-1:123456789012:orders' }],
    [{ publishThrough: 'function-url', throwAway: 'true', alarmEmail: 'operator@example.com' }],
    [{ tracing: 'xray', appDashboard: 'true' }],
    [{ herokuAddon: 'true' }],
  ])('find nothing that has no reason, with %j', (context) => {
    expect(findings(makeApp(context).app)).toEqual([]);
  });

  test('do look: a queue without TLS and DLQ is found', () => {
    const { app, stack } = makeApp();
    new sqs.Queue(stack, 'Planted');
    expect(findings(app)).toEqual(['AwsSolutions-SQS3', 'AwsSolutions-SQS4']);
  });
});
