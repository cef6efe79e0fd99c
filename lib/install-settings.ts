import type { Node } from 'constructs';
import type { AllowedTarget } from '../src/settings/allowed-targets.ts';
import { parsePorts } from '../src/settings/ports.ts';
import {
  DELIVERY_CONSUMER,
  HEROKU_LOG_SAMPLES_DEFAULT,
  MEMORY_MB,
  POLL_CONSUMER,
} from '../src/settings/runtime.ts';
import { readAllowedTargets } from './allowed-targets.ts';
import type { FunctionName } from './bundle.ts';

/** The settings of a deployment, given by `-c <name>=<value>` or under `context` in cdk.json. */
export interface InstallSettings {
  readonly stackName: string;
  /**
   * `http-api`: publishing and the management API share one address and a rate limit. `function-url`: publishing gets its own
   * address, which costs nothing per request; the management API keeps the other one.
   */
  readonly publishThrough: 'http-api' | 'function-url';
  /** True for a trial installation: deleting the stack then also deletes its table and key. */
  readonly throwAway: boolean;
  /** Who may publish after the OPTIONS handshake of CloudEvents webhooks: DNS names separated by commas, or `*`. */
  readonly publishAllowedOrigins: string | undefined;
  /** The ports that webhooks may use, such as `443,8000-8999`; the functions have a default. */
  readonly webhookPorts: string | undefined;
  /** The AWS targets to which publications may send, and the KMS keys of those that have one. None by default. */
  readonly allowedTargets: readonly AllowedTarget[];
  /** The name of an existing table, such as a restored one. The stack then neither creates nor deletes a table. */
  readonly tableName: string | undefined;
  /**
   * The concurrency reserved for each function, which is also its maximum. None by default: a reservation comes out of the
   * account's quota, and a new account's quota may be 10.
   */
  readonly reservedConcurrency: ReservedConcurrency;
  readonly logRetentionDays: number;
  /**
   * For how many days ended deliveries and retained events stay, unless their app says otherwise; the functions have a
   * default.
   */
  readonly retentionDays: string | undefined;
  /**
   * How many delivered events per minute, app and process are written to the log of the app's Heroku app; undefined:
   * none.
   */
  readonly herokuLogSamples: string | undefined;
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** Whether X-Ray traces the functions. X-Ray charges per trace. */
  readonly tracing: 'off' | 'xray';
  /** Whether there is a dashboard for one app at a time. Its graphs search the log when somebody opens it. */
  readonly appDashboard: boolean;
  /** The e-mail address that receives alarms. More subscribers can be added to the topic later. */
  readonly alarmEmail: string | undefined;
  /** The e-mail address for urgent alarms. Defaults to `alarmEmail`. */
  readonly wakeEmail: string | undefined;
  /** True hides event payloads from console sessions. */
  readonly consoleHidesPayloads: boolean;
  /** The consumer key of the External Client App for authorizations that do not name their own. */
  readonly salesforceClientId: string | undefined;
  /** True if the installation is a Heroku add-on: docs/heroku.md. */
  readonly herokuAddon: boolean;
  /** The login host for those authorizations, unless they name another. */
  readonly salesforceLoginUrl: string | undefined;
}

export type ReservedConcurrency = { readonly [N in FunctionName]?: number };

export class InstallSettingsError extends Error {
  override readonly name = 'InstallSettingsError';
}

const PUBLISH_THROUGH = ['http-api', 'function-url'] as const;
const TRACING = ['off', 'xray'] as const;
const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
/** The retention periods that CloudWatch Logs supports, up to a year. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365] as const;
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;
/**
 * The concurrency of the queue consumers. A lower reservation would make Lambda receive messages and give them back until they
 * become dead letters.
 */
const CONCURRENCY_MIN: ReservedConcurrency = {
  deliver: DELIVERY_CONSUMER.maximumConcurrency,
  'pubsub-poller': POLL_CONSUMER.maximumConcurrency,
};
const ORIGINS = /^(?:\*|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:,[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)*)$/;
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,60}$/;

/** Throws an `InstallSettingsError` that lists every fault. */
export function readInstallSettings(node: Node): InstallSettings {
  const faults: string[] = [];
  const text = (name: string, fallback: string): string => {
    const value: unknown = node.tryGetContext(name);
    return value === undefined || value === '' ? fallback : String(value);
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const found = text(name, fallback);
    const value = allowed.find((each) => each === found);
    if (value === undefined) {
      faults.push(`${name}: expected one of ${allowed.join(', ')}, found ${JSON.stringify(found)}`);
    }
    return value ?? fallback;
  };

  const stackName = text('stackName', 'Sluice');
  if (!STACK_NAME.test(stackName)) {
    faults.push(
      `stackName: expected a letter, then letters, digits and "-", found ${JSON.stringify(stackName)}`,
    );
  }
  const email = (name: string): string | undefined => {
    const value = text(name, '');
    if (value !== '' && !/^[^@\s]+@[^@\s]+$/.test(value)) {
      faults.push(`${name}: expected an e-mail address, found ${JSON.stringify(value)}`);
    }
    return value === '' ? undefined : value;
  };
  const alarmEmail = email('alarmEmail');
  const wakeEmail = email('wakeEmail');
  const tableName = text('tableName', '');
  if (tableName !== '' && !TABLE_NAME.test(tableName)) {
    faults.push(
      `tableName: expected the name of a DynamoDB table (3 to 255 letters, digits, "_", "." and "-"), found ${JSON.stringify(tableName)}`,
    );
  }
  const reserved = readReservedConcurrency(text('reservedConcurrency', ''));
  faults.push(...reserved.faults);
  const publishAllowedOrigins = text('publishAllowedOrigins', '');
  if (publishAllowedOrigins !== '' && !ORIGINS.test(publishAllowedOrigins)) {
    faults.push(
      `publishAllowedOrigins: expected DNS names such as eventgrid.azure.net, with commas between, or *, found ${JSON.stringify(publishAllowedOrigins)}`,
    );
  }
  const webhookPorts = text('webhookPorts', '');
  if (webhookPorts !== '' && parsePorts(webhookPorts) === undefined) {
    faults.push(`webhookPorts: expected ports such as 443,8000-8999, found ${JSON.stringify(webhookPorts)}`);
  }
  const allowedTargets = readAllowedTargets(node.tryGetContext('allowedTargets'));
  if ('fault' in allowedTargets) faults.push(`allowedTargets: ${allowedTargets.fault}`);
  const retentionDays = text('retentionDays', '');
  if (retentionDays !== '' && !/^[1-9]\d?$/.test(retentionDays)) {
    faults.push(`retentionDays: expected days from 1 to 99, found ${JSON.stringify(retentionDays)}`);
  }
  const herokuAddon = oneOf('herokuAddon', ['true', 'false'], 'false') === 'true';
  const herokuLogSamples = text('herokuLogSamples', herokuAddon ? String(HEROKU_LOG_SAMPLES_DEFAULT) : 'off');
  if (herokuLogSamples !== 'off' && !/^\d{1,6}$/.test(herokuLogSamples)) {
    faults.push(
      `herokuLogSamples: expected lines a minute from 0 to 999999, or off, found ${JSON.stringify(herokuLogSamples)}`,
    );
  } else if (herokuLogSamples !== 'off' && !herokuAddon) {
    faults.push('herokuLogSamples: expected herokuAddon=true beside it, found none');
  }
  const salesforceClientId = text('salesforceClientId', '');
  const salesforceLoginUrl = text('salesforceLoginUrl', '');
  if (salesforceLoginUrl !== '' && !/^https:\/\/[a-z0-9.-]+$/.test(salesforceLoginUrl)) {
    faults.push(
      `salesforceLoginUrl: expected an address such as https://acme.my.salesforce.com, found ${JSON.stringify(salesforceLoginUrl)}`,
    );
  }
  if (salesforceLoginUrl !== '' && salesforceClientId === '') {
    faults.push('salesforceLoginUrl: expected salesforceClientId beside it, found none');
  }
  const settings: InstallSettings = {
    stackName,
    publishThrough: oneOf('publishThrough', PUBLISH_THROUGH, 'http-api'),
    throwAway: oneOf('throwAway', ['true', 'false'], 'false') === 'true',
    tableName: tableName === '' ? undefined : tableName,
    publishAllowedOrigins: publishAllowedOrigins === '' ? undefined : publishAllowedOrigins,
    webhookPorts: webhookPorts === '' ? undefined : webhookPorts,
    allowedTargets: 'list' in allowedTargets ? allowedTargets.list : [],
    reservedConcurrency: reserved.value,
    logRetentionDays: Number(
      oneOf(
        'logRetentionDays',
        LOG_RETENTION_DAYS.map((days) => String(days)),
        '30',
      ),
    ),
    retentionDays: retentionDays === '' ? undefined : retentionDays,
    herokuLogSamples: herokuLogSamples === 'off' ? undefined : herokuLogSamples,
    logLevel: oneOf('logLevel', LOG_LEVELS, 'INFO'),
    tracing: oneOf('tracing', TRACING, 'off'),
    appDashboard: oneOf('appDashboard', ['true', 'false'], 'false') === 'true',
    alarmEmail,
    wakeEmail,
    herokuAddon,
    consoleHidesPayloads: oneOf('consoleHidesPayloads', ['true', 'false'], 'false') === 'true',
    salesforceClientId: salesforceClientId === '' ? undefined : salesforceClientId,
    salesforceLoginUrl: salesforceLoginUrl === '' ? undefined : salesforceLoginUrl,
  };
  if (faults.length > 0) throw new InstallSettingsError(`settings of the installation: ${faults.join('; ')}`);
  return settings;
}

/** @param text for example `ingest=200,deliver=50`; empty for none */
function readReservedConcurrency(text: string): {
  readonly value: ReservedConcurrency;
  readonly faults: readonly string[];
} {
  const value: { [N in FunctionName]?: number } = {};
  const faults: string[] = [];
  for (const part of text.split(',').filter((each) => each !== '')) {
    const [, name, digits] = /^([a-z-]+)=(\d{1,5})$/.exec(part) ?? [];
    if (name === undefined || !isFunctionName(name)) {
      faults.push(
        `reservedConcurrency: expected <function>=<number>,… with functions of ${Object.keys(MEMORY_MB).join(', ')}, found ${JSON.stringify(part)}`,
      );
      continue;
    }
    const atLeast = CONCURRENCY_MIN[name] ?? 1;
    if (Number(digits) < atLeast) {
      faults.push(`reservedConcurrency: expected at least ${atLeast} for ${name}, found ${digits}`);
    }
    value[name] = Number(digits);
  }
  return { value, faults };
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(MEMORY_MB, name);
}
