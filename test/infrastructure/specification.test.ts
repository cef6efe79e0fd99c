import { describe, expect, test } from 'vitest';
import { specificationFaults } from './support/specification.ts';
import { synthesize } from './support/synthesize.ts';

describe.each([
  ['as it is by default', {}],
  ['of an add-on of Heroku', { herokuAddon: 'true' }],
  [
    'through a function URL, throw-away, with an address for alarms',
    {
      publishThrough: 'function-url',
      throwAway: 'true',
      alarmEmail: 'operator@example.com',
    },
  ],
])('the template %s', (_, context) => {
  test('has only what CloudFormation knows, and all that it asks for', () => {
    expect(specificationFaults(synthesize(context).toJSON())).toEqual([]);
  });
});

describe('the check itself', () => {
  const queue = (Properties: object) => ({ Resources: { Q: { Type: 'AWS::SQS::Queue', Properties } } });

  test.each([
    ['an unknown type', { Resources: { Q: { Type: 'AWS::SQS::Pipe' } } }, 'no AWS::SQS::Pipe'],
    ['an unknown property', queue({ VisibilityTimeOut: 30 }), 'there is no VisibilityTimeOut'],
    ['a value of another type', queue({ VisibilityTimeout: 'long' }), 'expected an integer'],
    [
      'a missing property',
      { Resources: { M: { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} } } },
      'FunctionName is missing',
    ],
    [
      'a fault inside a nested object',
      {
        Resources: {
          M: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: { FunctionName: 'f', ScalingConfig: { MaximumConcurrency: '50 at most' } },
          },
        },
      },
      'ScalingConfig.MaximumConcurrency: expected an integer',
    ],
    ['a template without resources', {}, 'expected resources, found none'],
  ])('finds %s', (_, template, fault) => {
    expect(specificationFaults(template)).toEqual([expect.stringContaining(fault)]);
  });
});
