import { ALLOWED_TARGETS_FORM, type AllowedTargetList, parseAllowedTargets } from './allowed-targets.ts';
import { type Environment, SETTINGS, type SettingName } from './names.ts';
import { type PortRange, parsePorts } from './ports.ts';
import { RETENTION_DAYS } from './runtime.ts';

/** Set by Lambda, and no setting. */
const LAMBDA_TRACE = '_X_AMZN_TRACE_ID';

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Collects the faults of a configuration, so that all of them are reported together. */
export class SettingsReader {
  readonly #environment: Environment;
  readonly #faults: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The value, or '' and a fault. */
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

  /** A whole number from 1 on. */
  count(name: SettingName, otherwise: number): number {
    const value = this.optional(name);
    if (value === undefined) return otherwise;
    if (!/^[1-9]\d{0,8}$/.test(value)) {
      this.#faults.push(`${name}: expected a whole number from 1 on, found ${JSON.stringify(value)}`);
    }
    return Number(value);
  }

  /** Undefined where it is absent. */
  ports(name: SettingName): readonly PortRange[] | undefined {
    const value = this.optional(name);
    const ports = value === undefined ? undefined : parsePorts(value);
    if (value !== undefined && ports === undefined) {
      this.#faults.push(`${name}: expected ports such as 443,8000-8999, found ${JSON.stringify(value)}`);
    }
    return ports;
  }

  /** Empty where it is absent. */
  allowedTargets(name: SettingName): AllowedTargetList {
    const value = this.optional(name) ?? '';
    if (value === 'any') return value;
    const parsed = parseAllowedTargets(value);
    if ('list' in parsed) return parsed.list;
    this.#faults.push(`${name}: expected ${ALLOWED_TARGETS_FORM}, found ${JSON.stringify(parsed.bad)}`);
    return [];
  }

  /** Lambda's own variable, another one in each invocation: read when it is wanted. Undefined where nothing is traced. */
  currentTrace(): (() => string | undefined) | undefined {
    return this.flag('TRACING') ? () => this.#environment[LAMBDA_TRACE] : undefined;
  }

  fault(sentence: string): void {
    this.#faults.push(sentence);
  }

  /** Throws `ConfigurationError` that names every fault. */
  done(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(`configuration: ${this.#faults.join('; ')}`);
  }
}

/** Where the log of the functions is: a file, or CloudWatch's log groups by the names of the functions. */
export type LogPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'groups'; readonly groups: ReadonlyMap<string, string> };

/** What every function has. */
export interface CommonSettings {
  readonly tableName: string;
  /** Endpoints are set only where the far side is not AWS. */
  readonly sqsEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly logLevel: string | undefined;
  /** How long what has ended is kept, of apps that say nothing. */
  readonly retentionMs: number;
  /** Dimension of the metrics. */
  readonly installation: string;
  /** The trace of the invocation, as X-Ray's header has it; undefined where nothing is traced. */
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

/** What a function needs that writes to the logs of Heroku apps. */
export interface AppLogSettings {
  /** Undefined where nothing is written there. */
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

/** What a function needs that reaches into orgs or webhooks with an app's secrets. */
export interface OutwardSettings {
  readonly kmsKeyId: string | undefined;
  /** Used when there is no KMS key. */
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

/** What a function needs that speaks to Heroku as an add-on does. */
export interface HerokuSettings {
  /** Where the secrets of the add-on are; neither: there is no add-on. */
  readonly herokuAddon: { readonly secretArn: string | undefined; readonly file: string | undefined };
  /** Without a slash at the end. */
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
