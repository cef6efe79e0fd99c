import { expect, it } from 'vitest';
import { allowedTargetsText, parseAllowedTargets } from './allowed-targets.ts';

const QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:orders';
const BUCKET = 'arn:aws:s3:::lake/raw';
const APPS = ['6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01', '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c02'] as const;

it('reads ARNs, each for every app or for those that it names', () => {
  const text = `${QUEUE}=${APPS.join('|')},${BUCKET}`;
  const list = [
    { arn: QUEUE, appIds: [...APPS] },
    { arn: BUCKET, appIds: undefined },
  ];
  expect(parseAllowedTargets(text)).toEqual({ list });
  expect(allowedTargetsText(list)).toBe(text);
  expect(parseAllowedTargets(` ${QUEUE},\n ${BUCKET} `)).toMatchObject({
    list: [{ arn: QUEUE }, { arn: BUCKET }],
  });
  expect(parseAllowedTargets('')).toEqual({ list: [] });
});

it.each(['orders', '*', `${QUEUE}*`, `${QUEUE}=`, `${QUEUE}=shop`, `${QUEUE}=${APPS[0]}|`, `${QUEUE}?`])(
  'does not read %s',
  (bad) => {
    expect(parseAllowedTargets(`${BUCKET},${bad}`)).toEqual({ bad });
  },
);
