import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { MANAGEMENT_THROTTLE, PUBLISH_THROTTLE } from '../../lib/constructs/front-door.ts';
import { readInstallSettings } from '../../lib/install-settings.ts';
import { FEEDS_PER_POLL_MAX } from '../../src/domain/feeds/poll-queue.ts';
import { DELIVERY_CONSUMER, MEMORY_MB, ORDERED_CONSUMER, POLL_CONSUMER } from '../../src/settings/runtime.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../src/settings/table.ts';
import { ROOT, resourcesOf, synthesize } from './support/synthesize.ts';

// docs/deploy.md counts and names what the stack contains, and must stay in step with it.
const guide = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const template = synthesize();
const ofType = (type: string) =>
  resourcesOf(template)
    .filter(([, { Type }]) => Type === type)
    .map(([, { Properties }]) => Properties);

test('every output is explained', () => {
  for (const output of Object.keys(template.toJSON()['Outputs'])) expect(guide).toContain(`\`${output}\``);
});

test('every choice is explained', () => {
  for (const name of Object.keys(readInstallSettings(new App().node)))
    expect(guide).toContain(`| \`${name}\` |`);
});

test('the alarms and secrets are counted', () => {
  const alarms = ofType('AWS::CloudWatch::Alarm');
  const metrics = alarms.flatMap(({ Metrics }) =>
    // An expression is billed for each metric that it uses.
    Metrics === undefined
      ? [1]
      : Metrics.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat !== undefined),
  );
  expect(guide).toContain(`${ofType('AWS::CloudWatch::CompositeAlarm').length} composite alarm × $0.50`);
  const dollars = (metrics.length * 0.1).toFixed(2);
  expect(guide).toContain(`${alarms.length} alarms on ${metrics.length} metrics × $0.10`);
  expect(guide).toContain(`| ${dollars} |`);
  expect(guide).toContain(`${ofType('AWS::SecretsManager::Secret').length} × $0.40`);
});

test('the parts of an idle month add up to what it says', () => {
  const [, total] = /A month in which nothing happens: about \$([\d.]+)\./.exec(guide) ?? [];
  const idle = guide.slice(
    guide.indexOf('A month in which nothing happens'),
    guide.indexOf('The dashboard is free'),
  );
  const parts = [...idle.matchAll(/\| ([\d.]+) \|$/gm)].map((match) => Number(match[1]));
  expect(parts).toHaveLength(7);
  expect(parts.reduce((sum, part) => sum + part, 0).toFixed(2)).toBe(total);
});

test('the memory, the rate and the feeds are those of the settings', () => {
  expect(MEMORY_MB['pubsub-poller'] / 1_024).toBe(0.25);
  expect(MEMORY_MB.ingest / 1_024).toBe(0.25);
  expect(MEMORY_MB.deliver / 1_024).toBe(0.25);
  expect(guide).toContain(`up to ${FEEDS_PER_POLL_MAX} feeds`);
  for (const { perSecond } of [PUBLISH_THROTTLE, MANAGEMENT_THROTTLE]) {
    expect(guide).toContain(`${perSecond.toLocaleString('en-US')} requests/s`);
  }
  const consumers = [DELIVERY_CONSUMER, ORDERED_CONSUMER, POLL_CONSUMER];
  const mappings = consumers.reduce((sum, { maximumConcurrency }) => sum + maximumConcurrency, 0);
  expect(guide).toContain(`up to ${mappings} invocations at once`);
});

test('the commands of a restore name the setting, and the attribute by which records expire', () => {
  const operations = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  expect(operations).toContain('-c tableName=');
  expect(operations).toContain(`AttributeName=${TABLE_TTL_ATTRIBUTE}`);
});
