import { expect, test } from 'vitest';
import type { Decision } from '../rehearsal/emulator.ts';
import { rightsNotAsked, UNASKED } from '../rehearsal/rights.ts';
import { resourcesOf, synthesize } from './support/synthesize.ts';

// The rehearsal's list of unused rights, against the current template.

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:orders';
const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/orders';
const LAKE = 'arn:aws:s3:::lake/raw';
const template = synthesize({ allowedTargets: [QUEUE, BUS, LAKE].join(',') });
/** Logical ids in place of the physical ones that CloudFormation would create. */
const stack = {
  template: template.toJSON(),
  physicalIds: new Map(resourcesOf(template).map(([id]) => [id, `https://sqs/000000000000/${id}`])),
  roleName: (name: string) => `role-of-${name}`,
  roleId: (name: string) => {
    const word = {
      ingest: 'Ingest',
      deliver: 'Deliver',
      'pubsub-poller': 'Poller',
      schedule: 'Schedule',
      api: 'ControlApi',
    };
    const [id] =
      resourcesOf(template).find(
        ([each, { Type }]) => Type === 'AWS::IAM::Role' && each.includes(word[name as keyof typeof word]),
      ) ?? [];
    return id ?? '';
  },
};
const table = stack.template['Resources'];
const tableId = Object.keys(table).find((id) => table[id].Type === 'AWS::DynamoDB::Table');

function decision(changes: Partial<Decision> = {}): Decision {
  return {
    principal: 'arn:aws:sts::000000000000:assumed-role/role-of-pubsub-poller/a-function',
    action: 'dynamodb:Query',
    resource: `arn:aws:dynamodb:us-east-1:000000000000:table/${tableId}/index/due`,
    allowed: true,
    ...changes,
  };
}

const askedBy = (decisions: readonly Decision[]) =>
  !rightsNotAsked(stack, decisions).unasked.some(
    ({ functionName, action, resource }) =>
      functionName === 'pubsub-poller' && action === 'dynamodb:Query' && resource === `${tableId}/index/due`,
  );

test('a right counts as asked for when its role got it on its resource, and no other way', () => {
  expect(askedBy([])).toBe(false);
  expect(askedBy([decision()])).toBe(true);
  expect(askedBy([decision({ allowed: false })])).toBe(false);
  expect(askedBy([decision({ resource: `arn:aws:dynamodb:us-east-1:000000000000:table/${tableId}` })])).toBe(
    false,
  );
  expect(
    askedBy([decision({ principal: 'arn:aws:sts::000000000000:assumed-role/role-of-api/a-function' })]),
  ).toBe(false);
});

test.each([
  ['sqs:SendMessage', QUEUE, QUEUE, `${QUEUE}-of-others`],
  ['events:PutEvents', BUS, BUS, BUS.replace('orders', 'others')],
  ['s3:PutObject', `${LAKE}/*`, `${LAKE}/source=a/b.ndjson`, 'arn:aws:s3:::lake/other/b.ndjson'],
])('a right to %s of a target in AWS counts as asked for by its ARN', (action, resource, asked, other) => {
  const principal = 'arn:aws:sts::000000000000:assumed-role/role-of-deliver/a-function';
  const isAsked = (of: string) =>
    !rightsNotAsked(stack, [decision({ principal, action, resource: of })]).unasked.some(
      (right) => right.action === action && right.resource === resource,
    );
  expect([isAsked(asked), isAsked(other)]).toEqual([true, false]);
});

test('every reason excuses a right that a function has', () => {
  const { excused } = rightsNotAsked(stack, []);
  for (const { functions, reason } of UNASKED) {
    for (const name of functions) {
      expect(excused.filter((right) => right.functionName === name && right.reason === reason)).not.toEqual(
        [],
      );
    }
  }
});
