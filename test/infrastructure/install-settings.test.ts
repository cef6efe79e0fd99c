import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import type { FunctionName } from '../../lib/bundle.ts';
import { InstallSettingsError, readInstallSettings } from '../../lib/install-settings.ts';
import { functionResource, synthesize } from './support/synthesize.ts';

const read = (context: Record<string, unknown>) => readInstallSettings(new App({ context }).node);

describe('settings of an installation', () => {
  test('have a default each', () => {
    expect(read({})).toEqual({
      stackName: 'Sluice',
      publishThrough: 'http-api',
      throwAway: false,
      tableName: undefined,
      publishAllowedOrigins: undefined,
      webhookPorts: undefined,
      allowedTargets: [],
      reservedConcurrency: {},
      logRetentionDays: 30,
      logLevel: 'INFO',
      tracing: 'off',
      appDashboard: false,
      alarmEmail: undefined,
      herokuAddon: false,
      salesforceClientId: undefined,
      salesforceLoginUrl: undefined,
      consoleHidesPayloads: false,
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
      tableName: 'a b',
      publishAllowedOrigins: 'https://example.com',
      webhookPorts: '0',
      allowedTargets: 'orders',
      tracing: 'on',
      appDashboard: 'yes',
      consoleHidesPayloads: 'some',
      reservedConcurrency: 'ingest=0,mailer=5',
      herokuLogSamples: '-1',
    };
    expect(() => read(bad)).toThrow(InstallSettingsError);
    for (const name of Object.keys(bad)) expect(() => read(bad)).toThrow(new RegExp(`${name}: expected`));
  });
});

describe('who may publish after a handshake', () => {
  test('is told to the function that answers it', () => {
    const origins = (context: Record<string, string>) =>
      functionResource(synthesize(context), 'ingest').Properties.Environment.Variables
        .PUBLISH_ALLOWED_ORIGINS;
    expect(origins({ publishAllowedOrigins: 'eventgrid.azure.net,a.example.com' })).toBe(
      'eventgrid.azure.net,a.example.com',
    );
    expect(origins({})).toBeUndefined();
  });
});

describe('the ports of webhooks', () => {
  test('are told to what checks a URL and to what sends there', () => {
    for (const name of ['api', 'deliver'] as const) {
      const ports = (context: Record<string, string>) =>
        functionResource(synthesize(context), name).Properties.Environment.Variables.WEBHOOK_PORTS;
      expect(ports({ webhookPorts: '443,8000-8999' })).toBe('443,8000-8999');
      expect(ports({})).toBeUndefined();
    }
  });
});

test('the logs of Heroku apps are written by the functions that hear what becomes of events, where that is wanted', () => {
  const variable = (template: ReturnType<typeof synthesize>, name: FunctionName) =>
    functionResource(template, name).Properties.Environment.Variables.HEROKU_LOG_SAMPLES;
  const [on, off] = [
    synthesize({ herokuAddon: 'true' }),
    synthesize({ herokuAddon: 'true', herokuLogSamples: 'off' }),
  ];
  for (const name of ['deliver', 'pubsub-poller', 'schedule'] as const) {
    expect([variable(on, name), variable(off, name)]).toEqual(['60', undefined]);
  }
  expect(read({ herokuAddon: true, herokuLogSamples: 0 }).herokuLogSamples).toBe('0');
  expect(() => read({ herokuLogSamples: '60' })).toThrow(/herokuLogSamples: expected herokuAddon=true/);
  expect(variable(on, 'ingest')).toBeUndefined();
});

describe('payloads in the console', () => {
  test('are kept from it where the installation says so', () => {
    const hides = (context: Record<string, string>) =>
      functionResource(synthesize(context), 'api').Properties.Environment.Variables.CONSOLE_HIDES_PAYLOADS;
    expect(hides({ consoleHidesPayloads: 'true' })).toBe('true');
    expect(hides({})).toBeUndefined();
  });
});

describe('reserved concurrency', () => {
  test('is given by function, and no less than what the queues run at once', () => {
    expect(read({ reservedConcurrency: 'ingest=200,pubsub-poller=10' }).reservedConcurrency).toEqual({
      ingest: 200,
      'pubsub-poller': 10,
    });
    expect(() => read({ reservedConcurrency: 'deliver=49' })).toThrow(/at least 50 for deliver, found 49/);
    expect(() => read({ reservedConcurrency: 'ingest' })).toThrow(/<function>=<number>/);
    expect(() => read({ reservedConcurrency: 'toString=1' })).toThrow(/found "toString=1"/);
  });

  test('is for the functions that are named and no other', () => {
    const template = synthesize({ reservedConcurrency: 'ingest=200' });
    expect(functionResource(template, 'ingest').Properties.ReservedConcurrentExecutions).toBe(200);
    expect(functionResource(template, 'deliver').Properties.ReservedConcurrentExecutions).toBeUndefined();
  });
});
