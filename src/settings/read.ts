import { ALLOWED_TARGETS_FORM, type AllowedTargetList, parseAllowedTargets } from './allowed-targets.ts';
import { type Environment, SETTINGS, type SettingName } from './names.ts';
import { type PortRange, parsePorts } from './ports.ts';
import { RETENTION_DAYS } from './runtime.ts';

/** Set by Lambda; it is not a setting. */
const LAMBDA_TRACE = '_X_AMZN_TRACE_ID';

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Collects the faults of a configuration so that all are reported together. */
export class SettingsReader {
  readonly #environment: Environment;
  readonly #faults: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The value; if it is absent, '' and a recorded fault. */
  required(name: SettingName): string {
    const value = this.optional(name);
    if (value === undefined) this.#faults.push(`${name} is missing (${SETTINGS[name]})`);
    return value ?? '';
  }

  optional(name: SettingName): string | undefined {
    const value = this.#environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  flag(name: SettingName): boolean {
    const value = this.optional(name);
    if (value !== undefined && value !== 'true' && value !== 'false') {
      this.#faults.push(`${name}: expected "true" or "false", found ${JSON.stringify(value)}`);
    }
    return value === 'true';
  }

  /** A positive integer. */
  count(name: SettingName, otherwise: number): number {
    const value = this.optional(name);
    if (value === undefined) return otherwise;
    if (!/^[1-9]\d{0,8}$/.test(value)) {
      this.#faults.push(`${name}: expected a whole number from 1 on, found ${JSON.stringify(value)}`);
    }
    return Number(value);
  }

  /** Undefined if absent. */
  ports(name: SettingName): readonly PortRange[] | undefined {
    const value = this.optional(name);
    const ports = value === undefined ? undefined : parsePorts(value);
    if (value !== undefined && ports === undefined) {
      this.#faults.push(`${name}: expected ports such as 443,8000-8999, found ${JSON.stringify(value)}`);
    }
    return ports;
  }

  /** Empty if absent. */
  allowedTargets(name: SettingName): AllowedTargetList {
    const value = this.optional(name) ?? '';
    if (value === 'any') return value;
    const parsed = parseAllowedTargets(value);
    if ('list' in parsed) return parsed.list;
    this.#faults.push(`${name}: expected ${ALLOWED_TARGETS_FORM}, found ${JSON.stringify(parsed.bad)}`);
    return [];
  }

  /** Lambda changes this variable for each invocation, so it is read on demand. Undefined where tracing is off. */
  currentTrace(): (() => string | undefined) | undefined {
    return this.flag('TRACING') ? () => this.#environment[LAMBDA_TRACE] : undefined;
  }

  fault(sentence: string): void {
    this.#faults.push(sentence);
  }

  /** Throws a `ConfigurationError` that names every fault. */
  done(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(`configuration: ${this.#faults.join('; ')}`);
  }
}

/** Where the functions' log is: a file, or the CloudWatch log groups by function name. */
export type LogPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'groups'; readonly groups: ReadonlyMap<string, string> };

/** Settings of every function. */
export interface CommonSettings {
  readonly tableName: string;
  /** Endpoints are set only if the service is not AWS. */
  readonly sqsEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: string | undefined;
  /** How long ended deliveries, history and last events are retained for apps without a setting of their own. */
  readonly retentionMs: number;
  /** Value of the metrics' dimension. */
  readonly installation: string;
  /** Returns the invocation's trace in the form of X-Ray's header; undefined where tracing is off. */
  readonly currentTrace: (() => string | undefined) | undefined;
}

export function readCommonSettings(settings: SettingsReader): CommonSettings {
  return {
    tableName: settings.required('TABLE_NAME'),
    sqsEndpoint: settings.optional('SQS_ENDPOINT'),
    dynamodbEndpoint: settings.optional('DYNAMODB_ENDPOINT'),
    logLevel: settings.optional('LOG_LEVEL'),
    retentionMs: settings.count('RETENTION_DAYS', RETENTION_DAYS) * 86_400_000,
    installation: settings.optional('INSTALLATION') ?? 'local',
    currentTrace: settings.currentTrace(),
  };
}

/** Settings of a function that writes to the logs of Heroku apps. */
export interface AppLogSettings {
  /** Undefined if the function writes nothing there. */
  readonly herokuLogSamples: number | undefined;
}

export function readAppLogSettings(settings: SettingsReader): AppLogSettings {
  const samples = settings.optional('HEROKU_LOG_SAMPLES');
  if (samples !== undefined && !/^\d{1,6}$/.test(samples)) {
    settings.fault(
      `HEROKU_LOG_SAMPLES: expected a whole number from 0 to 999999, found ${JSON.stringify(samples)}`,
    );
  }
  return { herokuLogSamples: samples === undefined ? undefined : Number(samples) };
}

/** Settings of a function that calls orgs or webhooks with an app's secrets. */
export interface OutwardSettings {
  readonly kmsKeyId: string | undefined;
  /** Used if there is no KMS key. */
  readonly localKeyFile: string | undefined;
  readonly allowLoopback: boolean;
}

export function readOutwardSettings(settings: SettingsReader): OutwardSettings {
  const kmsKeyId = settings.optional('KMS_KEY_ID');
  const localKeyFile = settings.optional('LOCAL_KEY_FILE');
  if (kmsKeyId === undefined && localKeyFile === undefined) {
    settings.fault('KMS_KEY_ID or LOCAL_KEY_FILE: expected one of the two, found neither');
  }
  return { kmsKeyId, localKeyFile, allowLoopback: settings.flag('ALLOW_LOOPBACK') };
}

/** Settings of a function that calls Heroku as an add-on. */
export interface HerokuSettings {
  /** The location of the add-on's secrets; if neither is set, there is no add-on. */
  readonly herokuAddon: { readonly secretArn: string | undefined; readonly file: string | undefined };
  /** Without a trailing slash. */
  readonly herokuHosts: { readonly apiUrl: string; readonly identityUrl: string };
}

export function readHerokuSettings(settings: SettingsReader): HerokuSettings {
  const address = (name: 'HEROKU_API_URL' | 'HEROKU_IDENTITY_URL', otherwise: string) => {
    const text = settings.optional(name) ?? otherwise;
    if (!URL.canParse(text)) settings.fault(`${name}: expected a URL, found ${JSON.stringify(text)}`);
    return text.replace(/\/+$/, '');
  };
  return {
    herokuAddon: {
      secretArn: settings.optional('HEROKU_ADDON_SECRET_ARN'),
      file: settings.optional('HEROKU_ADDON_FILE'),
    },
    herokuHosts: {
      apiUrl: address('HEROKU_API_URL', 'https://api.heroku.com'),
      identityUrl: address('HEROKU_IDENTITY_URL', 'https://id.heroku.com'),
    },
  };
}
