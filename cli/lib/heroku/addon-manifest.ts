import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { expandHome } from '../../../src/base/expand-home.ts';
import { randomText } from '../../../src/base/ids.ts';
import {
  HEROKU_CONFIG_VARS,
  HEROKU_SECRET_LENGTH_MIN,
  HEROKU_SLUG,
  herokuPrefixFault,
  herokuPrefixOf,
} from '../../../src/domain/heroku-resources/heroku-addon.ts';
import { Failure, UsageFailure } from '../failure.ts';
import { jsonOrUndefined } from '../json-or-undefined.ts';

/** The regions of Heroku's common runtime and of its private spaces, as a manifest names them; `*` stands for all. */
const HEROKU_REGIONS: readonly string[] = [
  'us',
  'eu',
  'dublin',
  'frankfurt',
  'london',
  'montreal',
  'mumbai',
  'oregon',
  'singapore',
  'sydney',
  'tokyo',
  'virginia',
  '*',
];

/** 24 bytes give 32 characters, the length of the secrets that Heroku's own tool makes. */
const SECRET_BYTES = 24;

export interface ManifestRequest {
  readonly slug: string | undefined;
  readonly name: string | undefined;
  readonly prefix: string | undefined;
  /** The https address of the service. */
  readonly url: string;
  readonly regions: readonly string[];
  readonly plugin: string;
}

/** The secrets stored beside the manifest, for the service; `client_secret` comes from Heroku's Partner Portal. */
export interface AddonSecrets {
  readonly slug: string;
  readonly config_vars_prefix: string;
  readonly password: string;
  readonly sso_salt: string;
  readonly client_secret: string;
}

const SecretsFile = v.looseObject({
  slug: v.string(),
  config_vars_prefix: v.optional(v.string()),
  password: v.pipe(v.string(), v.minLength(HEROKU_SECRET_LENGTH_MIN)),
  sso_salt: v.pipe(v.string(), v.minLength(HEROKU_SECRET_LENGTH_MIN)),
  client_secret: v.optional(v.string(), ''),
});

/** The secrets of the file if it exists, new ones otherwise. Throws a `Failure` that quotes none. */
export function readOrMakeSecrets(
  path: string,
  { slug, prefix }: ManifestRequest,
): { readonly secrets: AddonSecrets; readonly isNew: boolean } {
  const kept = existsSync(expandHome(path)) ? readKept(path) : undefined;
  if (kept !== undefined && slug !== undefined && kept.slug !== slug) {
    throw new UsageFailure(
      `--slug: expected ${kept.slug}, whose secrets ${path} holds, found ${slug}: name another file with --secrets`,
    );
  }
  const wanted = kept?.slug ?? slug;
  if (wanted === undefined) throw new UsageFailure('expected the slug of the add-on: --slug acme-events');
  if (!HEROKU_SLUG.test(wanted)) {
    throw new UsageFailure(
      `--slug: expected lower-case letters, digits and "-", beginning with a letter, found ${JSON.stringify(wanted)}`,
    );
  }
  const configVarsPrefix = prefix ?? kept?.config_vars_prefix ?? herokuPrefixOf(wanted);
  const fault = herokuPrefixFault(configVarsPrefix);
  if (fault !== undefined) {
    const isOfSlug = prefix === undefined && kept?.config_vars_prefix === undefined;
    const what = isOfSlug ? `--prefix: the one of the slug ${wanted} will not do` : '--prefix';
    throw new UsageFailure(`${what}: ${fault}${isOfSlug ? '. Name another, such as --prefix EVENTS' : ''}`);
  }
  const secrets = {
    ...(kept ?? {
      password: randomText(SECRET_BYTES),
      sso_salt: randomText(SECRET_BYTES),
      client_secret: '',
    }),
    slug: wanted,
    config_vars_prefix: configVarsPrefix,
  };
  return { secrets, isNew: kept === undefined };
}

function readKept(path: string): v.InferOutput<typeof SecretsFile> {
  const parsed = v.safeParse(SecretsFile, jsonOrUndefined(readFileSync(expandHome(path), 'utf8')));
  if (parsed.success) return parsed.output;
  throw new Failure(
    `--secrets: expected ${path} to be a JSON object with slug, password and sso_salt (of ${HEROKU_SECRET_LENGTH_MIN} characters and more), found another file: name a new one, or correct it`,
  );
}

/** Throws a `UsageFailure` if Heroku does not know a region: it would refuse the manifest, or offer the add-on nowhere. */
export function checkRegions(regions: readonly string[]): void {
  const unknown = regions.find((region) => !HEROKU_REGIONS.includes(region));
  if (unknown === undefined) return;
  throw new UsageFailure(
    `--region: expected one of ${HEROKU_REGIONS.join(', ')}, found ${JSON.stringify(unknown.slice(0, 100))}`,
  );
}

/** The manifest in the form that `heroku addons:admin:manifest:push` takes. */
export function manifestOf(
  { slug, config_vars_prefix: prefix, password, sso_salt: ssoSalt }: AddonSecrets,
  { name, url, regions, plugin }: ManifestRequest,
) {
  const origin = originOf(url);
  return {
    id: slug,
    name: name ?? slug,
    cli_plugin_name: plugin,
    api: {
      config_vars_prefix: prefix,
      config_vars: HEROKU_CONFIG_VARS.map((each) => `${prefix}_${each}`),
      password,
      sso_salt: ssoSalt,
      regions,
      requires: ['log_input', 'attachable', 'many_per_app'],
      production: { base_url: `${origin}/heroku/resources`, sso_url: `${origin}/heroku/sso` },
      version: '3',
    },
  };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.pathname === '/' && url.search === '')
    return url.origin;
  throw new UsageFailure(
    `--url: expected the https address of the service without a path, such as the output ApiUrl of the stack, found ${JSON.stringify(text)}: Heroku calls no other`,
  );
}

/** Writes a file for this user only, whatever mode it had before. */
export function writeOwnFile(path: string, value: object): void {
  const file = expandHome(path);
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  } catch (error) {
    throw new Failure(`cannot write ${path} (${error instanceof Error ? error.message : String(error)})`);
  }
}
