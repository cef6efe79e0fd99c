import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { makeApp, resourcesOf, synthesize } from './support/synthesize.ts';

/** Assets are named by the hash of their content, which every change of code changes. */
function withoutHashes(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template).replaceAll(/[0-9a-f]{64}/g, '<hash>'));
}

test('the template changes only when somebody means it to', () => {
  expect(withoutHashes(synthesize().toJSON())).toMatchSnapshot();
});

test('the same sources make the same template', () => {
  expect(Template.fromStack(makeApp().stack).toJSON()).toEqual(synthesize().toJSON());
});

const NAMING = [
  'TableName',
  'QueueName',
  'FunctionName',
  'RoleName',
  'LogGroupName',
  'TopicName',
  'AlarmName',
  'DashboardName',
];

test('no resource has a name of its own choice, so that an account can hold several installations', () => {
  const named = resourcesOf(synthesize())
    .filter(([, { Properties = {} }]) => NAMING.some((property) => typeof Properties[property] === 'string'))
    .map(([id]) => id);
  expect(named).toEqual([]);
});

test('what the CLI and its user need to know is an output', () => {
  expect(Object.keys(synthesize().toJSON()['Outputs']).toSorted()).toEqual([
    'AdminTokenSecretArn',
    'ApiUrl',
    'DeliveryDeadLetterQueueArn',
    'DeliveryDeadLetterQueueUrl',
    'DeliveryQueueUrl',
    'KeyArn',
    'OrderedDeadLetterQueueArn',
    'OrderedDeadLetterQueueUrl',
    'OrderedQueueUrl',
    'PollDeadLetterQueueArn',
    'PollDeadLetterQueueUrl',
    'PollQueueUrl',
    'PublishBaseUrl',
    'TableName',
    'TomorrowTopicArn',
    'Version',
    'WakeTopicArn',
  ]);
});
