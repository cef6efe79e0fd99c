import * as v from 'valibot';

/** The add-on as its manifest and Heroku's Partner Portal describe it. Only Heroku and we know the secrets. */
export interface HerokuAddon {
  /** The user name in Heroku's requests. */
  readonly slug: string;
  /** The prefix of the config vars' names, without the trailing `_`. */
  readonly configVarsPrefix: string;
  /** Short names: `test`. */
  readonly plans: readonly string[];
  /** `*` for all, or names as Heroku writes them: `amazon-web-services::us-east-1`. */
  readonly regions: readonly string[];
  readonly password: string;
  readonly ssoSalt: string;
  readonly clientSecret: string;
}

/** The add-on, or undefined while it is off. */
export type FindHerokuAddon = () => Promise<HerokuAddon | undefined>;

/** The slugs that a manifest accepts: lower case, digits and dashes. */
export const HEROKU_SLUG = /^[a-z][a-z0-9-]{1,60}$/;
const PREFIX = /^[A-Z][0-9A-Z_]*$/;
const PREFIX_EXPECTED =
  'expected "config_vars_prefix" to be capital letters, digits and "_", and not to begin with HEROKU_, which is for Heroku itself';
/** Short secrets can be guessed; Heroku's own tool generates 32 characters. */
export const HEROKU_SECRET_LENGTH_MIN = 16;
/** An add-on in the alpha stage has only this plan. */
const PLANS_DEFAULT = ['test'];

const secret = (name: string) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => text.length >= HEROKU_SECRET_LENGTH_MIN,
      `expected "${name}" to have at least ${HEROKU_SECRET_LENGTH_MIN} characters`,
    ),
  );

/** The file in which `sluice addon:manifest` stores the secrets, and the secret on AWS with the same contents. */
const HerokuAddonFile = v.looseObject({
  slug: v.pipe(
    v.string(),
    v.regex(HEROKU_SLUG, 'expected "slug" to be lower-case letters, digits and "-", beginning with a letter'),
  ),
  config_vars_prefix: v.optional(v.pipe(v.string(), v.check(isPrefix, PREFIX_EXPECTED))),
  plans: v.optional(v.pipe(v.array(v.string()), v.minLength(1)), PLANS_DEFAULT),
  regions: v.optional(v.pipe(v.array(v.string()), v.minLength(1)), ['*']),
  password: secret('password'),
  sso_salt: secret('sso_salt'),
  client_secret: secret('client_secret'),
});

/** Derives the prefix from a slug as Heroku does. */
export function herokuPrefixOf(slug: string): string {
  return slug.toUpperCase().replaceAll('-', '_');
}

function isPrefix(text: string): boolean {
  return PREFIX.test(text) && !text.startsWith('HEROKU_') && !text.endsWith('_');
}

/** What is wrong with a prefix, phrased as part of a sentence; undefined when it is valid. */
export function herokuPrefixFault(prefix: string): string | undefined {
  return isPrefix(prefix) ? undefined : `${PREFIX_EXPECTED}, found ${JSON.stringify(prefix.slice(0, 100))}`;
}

/** The add-on, or a sentence that says what is missing without quoting the text, which is secret. */
export function parseHerokuAddon(text: string): HerokuAddon | { readonly fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The message of `JSON.parse` would quote the secret text.
    return { fault: 'expected a JSON object, found other text' };
  }
  const parsed = v.safeParse(HerokuAddonFile, value);
  if (!parsed.success) {
    return {
      fault: parsed.issues
        .map((issue) => {
          const field = v.getDotPath(issue) ?? '';
          if (issue.received === 'undefined') return `expected "${field}" to be given, found it missing`;
          return issue.expected === null || issue.type === 'regex'
            ? issue.message
            : `expected "${field}" to be ${issue.expected}`;
        })
        .join('; '),
    };
  }
  const { slug, config_vars_prefix: prefix = herokuPrefixOf(slug), plans, regions } = parsed.output;
  const fault = herokuPrefixFault(prefix);
  if (fault !== undefined) return { fault };
  const { password, sso_salt: ssoSalt, client_secret: clientSecret } = parsed.output;
  return { slug, configVarsPrefix: prefix, plans, regions, password, ssoSalt, clientSecret };
}

/** In the order of the manifest. */
export const HEROKU_CONFIG_VARS = ['API_URL', 'API_TOKEN', 'PUBLISH_URL', 'SUBSCRIBE_URL'] as const;
/** Keyed by the name with its prefix. */
export type HerokuConfigVars = { readonly [name: string]: string };
