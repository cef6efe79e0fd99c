import { expect, it } from 'vitest';
import { parseArn } from './arn.ts';

it.each([
  ['arn:aws:sqs:eu-central-1:123456789012:orders', 'eu-central-1', '123456789012', 'orders'],
  ['arn:aws:s3:::lake/raw', '', '', 'lake/raw'],
  [
    'arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/a',
    'us-gov-west-1',
    '123456789012',
    'event-bus/a',
  ],
])('takes %s apart', (text, region, account, resource) => {
  expect(parseArn(text)).toEqual({ region, account, resource, dnsSuffix: 'amazonaws.com' });
});

it('knows the host names of China', () => {
  expect(parseArn('arn:aws-cn:sqs:cn-north-1:123456789012:orders')?.dnsSuffix).toBe('amazonaws.com.cn');
});

it.each(['', 'orders', 'arn:aws:sqs', 'arn:gcp:sqs:a:1:b', 'https://sqs.eu-central-1.amazonaws.com/1/a'])(
  'finds none in %j',
  (text) => {
    expect(parseArn(text)).toBeUndefined();
  },
);
