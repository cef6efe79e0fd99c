import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { InstallSettingsError, readInstallSettings } from '../../lib/install-settings.ts';

const read = (context: Record<string, unknown>) => readInstallSettings(new App({ context }).node);

describe('settings of an installation', () => {
  test('have a default each', () => {
    expect(read({})).toEqual({
      stackName: 'Sluice',
      publishThrough: 'http-api',
      throwAway: false,
      logRetentionDays: 30,
      logLevel: 'INFO',
      alarmEmail: undefined,
      salesforceClientId: undefined,
      salesforceLoginUrl: undefined,
    });
  });

  test('are taken from the command line as text and from cdk.json as they are', () => {
    expect(read({ throwAway: 'true', logRetentionDays: '7' })).toMatchObject({
      throwAway: true,
      logRetentionDays: 7,
    });
    expect(read({ throwAway: true, logRetentionDays: 7 })).toMatchObject({
      throwAway: true,
      logRetentionDays: 7,
    });
  });

  test('are refused together, each with what was expected', () => {
    const bad = {
      publishThrough: 'alb',
      throwAway: 'yes',
      logRetentionDays: '8',
      stackName: '1st',
      alarmEmail: 'me',
      salesforceLoginUrl: 'acme',
    };
    expect(() => read(bad)).toThrow(InstallSettingsError);
    for (const name of Object.keys(bad)) expect(() => read(bad)).toThrow(new RegExp(`${name}: expected`));
  });
});
