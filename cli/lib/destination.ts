import { join } from 'node:path';
import { expandHome } from '../../src/base/expand-home.ts';
import type { CredentialsFile } from './credentials-file.ts';
import { Failure } from './failure.ts';
import { findLocalRun, type LocalRun } from './local-run.ts';

/** The environment variables that the commands read. Described in docs/cli.md. */
export interface CliEnvironment {
  readonly [name: string]: string | undefined;
  readonly SLUICE_API_URL?: string | undefined;
  readonly SLUICE_TOKEN?: string | undefined;
  readonly SLUICE_APP?: string | undefined;
  readonly SLUICE_STATE?: string | undefined;
  readonly HEROKUEVENTS_API_URL?: string | undefined;
}

/** The address of the management API, and the token for it. */
export interface Destination {
  /** Ends before `/v1`. */
  readonly apiUrl: string;
  readonly token: string;
  /** The app when no flag names one: a name, or an id. */
  readonly app: string | undefined;
  /** The person's name for the app, if it differs from the app's name in Sluice. */
  readonly shownAs?: string;
  /** Where URL and token came from, if not from SLUICE_API_URL and SLUICE_TOKEN. */
  readonly source?: { readonly url: string; readonly token: string };
  /** Present for a local run that was found by its state file. */
  readonly localRun: LocalRun | undefined;
  readonly credentials: CredentialsFile;
}

const TENANT_PATH = /^(?<prefix>.*?)(?:\/v1)?\/tenants\/(?<tenant>[^/]+)\/?$/;

export function findDestination(environment: CliEnvironment, cwd: string, configDir: string): Destination {
  const variables = present(environment);
  const { SLUICE_TOKEN: token, SLUICE_APP: app, SLUICE_STATE: state } = variables;
  const fromEnvironment = environmentApi(variables);
  const localRun = findLocalRun(cwd, state === undefined ? undefined : expandHome(state));

  if (fromEnvironment === undefined) {
    if (localRun === undefined) throw new Failure(nothingRuns(state));
    return {
      apiUrl: localRun.apiUrl,
      token: token ?? localRun.adminToken,
      app: app ?? localRun.app,
      localRun,
      credentials: credentialsOf(localRun),
    };
  }

  const { apiUrl, tenant, variable } = fromEnvironment;
  const ownRun = localRun !== undefined && new URL(localRun.apiUrl).origin === new URL(apiUrl).origin;
  const knownToken = token ?? (ownRun ? localRun.adminToken : undefined);
  if (knownToken === undefined) {
    throw new Failure(
      `${variable} says where to go, but there is no token: set SLUICE_TOKEN to an API token of that installation`,
    );
  }
  return {
    apiUrl,
    token: knownToken,
    app: app ?? tenant ?? (ownRun ? localRun.app : undefined),
    localRun: ownRun ? localRun : undefined,
    credentials: ownRun ? credentialsOf(localRun) : keptFor(apiUrl, configDir),
  };
}

/** Whether the environment names the service, so that no other place is consulted. */
export function isNamedByEnvironment(environment: CliEnvironment): boolean {
  const { SLUICE_API_URL, HEROKUEVENTS_API_URL, SLUICE_STATE } = present(environment);
  return (SLUICE_API_URL ?? HEROKUEVENTS_API_URL ?? SLUICE_STATE) !== undefined;
}

/** The credentials file of an installation that is not a local run. */
export function keptFor(apiUrl: string, configDir: string): CredentialsFile {
  const file = `${new URL(apiUrl).host.replaceAll(':', '_')}.json`;
  return { path: join(configDir, 'credentials', file), localOrigin: undefined };
}

function credentialsOf({ folder, apiUrl }: LocalRun): CredentialsFile {
  return { path: join(folder, 'credentials.json'), localOrigin: new URL(apiUrl).origin };
}

function nothingRuns(state: string | undefined): string {
  const where = state === undefined ? '' : ` in SLUICE_STATE (${state})`;
  return `no local run found${where}: start one with npm start, or set SLUICE_API_URL and SLUICE_TOKEN`;
}

export interface ParsedApiUrl {
  /** Ends before `/v1`. */
  readonly apiUrl: string;
  readonly tenant: string | undefined;
}

interface EnvironmentApi extends ParsedApiUrl {
  readonly variable: string;
}

function environmentApi(environment: CliEnvironment): EnvironmentApi | undefined {
  const own = environment.SLUICE_API_URL;
  const variable = own === undefined ? 'HEROKUEVENTS_API_URL' : 'SLUICE_API_URL';
  const text = own ?? environment.HEROKUEVENTS_API_URL;
  if (text === undefined) return undefined;
  const parsed = parseApiUrl(text);
  if (parsed === undefined) {
    throw new Failure(
      `${variable}: expected an http or https URL such as https://events.example.com, found ${JSON.stringify(text)}`,
    );
  }
  return { ...parsed, variable };
}

/** The parts of an API URL: the service, and the app if the URL names one. Undefined for any other text. */
export function parseApiUrl(text: string): ParsedApiUrl | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  const tenantPath = TENANT_PATH.exec(url.pathname)?.groups;
  const prefix = tenantPath?.['prefix'] ?? url.pathname.replace(/\/(v1\/?)?$/, '');
  return { apiUrl: `${url.origin}${prefix}`, tenant: tenantPath?.['tenant'] };
}

/** Treats an empty variable as unset, and trims white space, which comes from the file that the value was read from. */
function present(environment: CliEnvironment): CliEnvironment {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const text = value?.trim() ?? '';
      return text === '' ? [] : [[name, text]];
    }),
  );
}
