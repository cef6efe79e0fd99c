import type { AddressRules } from '../../domain/publications/address-rules.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { HEADER_TEXT } from './custom-headers.ts';

/** Well within what a header can carry and KMS can encrypt. */
export const CREDENTIAL_LENGTH_MAX = 2_000;

/**
 * How deliveries authenticate themselves, beside their signature. The secrets are stored separately; a bearer token has
 * nothing else to store.
 */
export type Authentication =
  | { readonly kind: 'bearer' }
  /** HTTP Basic. */
  | { readonly kind: 'basic'; readonly user: string }
  /** OAuth 2.0 client credentials. */
  | {
      readonly kind: 'oauth';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly scope?: string | undefined;
      /** Not part of RFC 6749, but the servers of several APIs require it. */
      readonly audience?: string | undefined;
    };

/** The settings as a request gives them. */
export interface AuthenticationSettings {
  /** null: no credentials of any kind. */
  readonly token?: string | null | undefined;
  readonly basic_user?: string | null | undefined;
  readonly basic_password?: string | null | undefined;
  readonly oauth_token_url?: string | null | undefined;
  readonly oauth_client_id?: string | null | undefined;
  readonly oauth_client_secret?: string | null | undefined;
  readonly oauth_scope?: string | null | undefined;
  readonly oauth_audience?: string | null | undefined;
}

export type AuthenticationChange =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'set';
      readonly authentication: Authentication;
      /** Absent: the stored secret stays. */
      readonly secret: string | undefined;
    };

const KINDS = [
  { kind: 'bearer', what: 'a token', fields: ['token'] },
  { kind: 'basic', what: 'a user with a password', fields: ['basic_user', 'basic_password'] },
  {
    kind: 'oauth',
    what: 'client credentials of OAuth',
    fields: ['oauth_token_url', 'oauth_client_id', 'oauth_client_secret', 'oauth_scope', 'oauth_audience'],
  },
] as const;

/** @param former the stored authentication, which supplies the parts that are not given */
export function readAuthentication(
  addresses: AddressRules,
  settings: AuthenticationSettings,
  former?: Authentication,
): AuthenticationChange | Refusal {
  const given = KINDS.filter(({ fields }) => fields.some((field) => isGiven(settings[field])));
  const [first, second] = given;
  if (first === undefined) return { kind: settings.token === null ? 'none' : 'unchanged' };
  if (second !== undefined) {
    return fault(
      `expected one kind of credentials, found ${given.map(({ what }) => what).join(' and ')}: choose one of them`,
    );
  }
  switch (first.kind) {
    case 'bearer':
      return readBearer(settings);
    case 'basic':
      return readBasic(settings, former?.kind === 'basic' ? former : undefined);
    case 'oauth':
      return readOAuth(addresses, settings, former?.kind === 'oauth' ? former : undefined);
    default:
      return first satisfies never;
  }
}

function readBearer({ token }: AuthenticationSettings): AuthenticationChange | Refusal {
  return isCredential(token)
    ? { kind: 'set', authentication: { kind: 'bearer' }, secret: token }
    : // The document says what a token is.
      refuse('invalid-request', credentialMessage('a token', 'an Authorization header'));
}

function readBasic(
  { basic_user: user, basic_password: password }: AuthenticationSettings,
  former: (Authentication & { kind: 'basic' }) | undefined,
): AuthenticationChange | Refusal {
  if (former === undefined && !(isGiven(user) && isGiven(password))) {
    return fault(
      `expected "basic_user" and "basic_password" together, found ${isGiven(user) ? 'no password' : 'no user'}`,
    );
  }
  if (isGiven(user) && (!isCredential(user) || user.includes(':'))) {
    return fault(
      `expected a user of 1 to ${CREDENTIAL_LENGTH_MAX} visible ASCII characters without ":", as HTTP Basic takes it`,
    );
  }
  if (isGiven(password) && !isCredential(password)) return credentialFault('a password', 'HTTP Basic');
  return {
    kind: 'set',
    authentication: { kind: 'basic', user: user ?? former?.user ?? '' },
    secret: password ?? undefined,
  };
}

function readOAuth(
  addresses: AddressRules,
  settings: AuthenticationSettings,
  former: (Authentication & { kind: 'oauth' }) | undefined,
): AuthenticationChange | Refusal {
  const {
    oauth_token_url: tokenUrl = former?.tokenUrl,
    oauth_client_id: clientId = former?.clientId,
    oauth_client_secret: secret,
    oauth_scope: scope = former?.scope,
    oauth_audience: audience = former?.audience,
  } = settings;
  if (!isGiven(tokenUrl) || !isGiven(clientId) || !(isGiven(secret) || former !== undefined)) {
    const missing = [
      ...(isGiven(tokenUrl) ? [] : ['oauth_token_url']),
      ...(isGiven(clientId) ? [] : ['oauth_client_id']),
      ...(isGiven(secret) || former !== undefined ? [] : ['oauth_client_secret']),
    ];
    return fault(
      `expected "oauth_token_url", "oauth_client_id" and "oauth_client_secret" together, found no ${missing.map((name) => `"${name}"`).join(' and no ')}`,
    );
  }
  const address = addresses.check(tokenUrl);
  if (!address.ok) return refuse('invalid-url', `the token URL: ${address.message}`);
  for (const [what, text] of [
    ['a client id', clientId],
    ['a client secret', secret],
    ['a scope', scope],
    ['an audience', audience],
  ] as const) {
    if (isGiven(text) && !isCredential(text)) return credentialFault(what, 'a token request');
  }
  return {
    kind: 'set',
    authentication: {
      kind: 'oauth',
      tokenUrl: address.url,
      clientId,
      scope: scope ?? undefined,
      ...(isGiven(audience) && { audience }),
    },
    secret: secret ?? undefined,
  };
}

/** Whether the stored secret may stay beside changed settings. @param stored the settings that it was stored with */
export function storedSecretRefusal(
  stored: Authentication | undefined,
  changed: Authentication,
): Refusal | undefined {
  if (stored?.kind !== changed.kind) {
    return refuse('try-again', 'the credentials were changed by somebody else at the same moment: try again');
  }
  if (stored.kind !== 'oauth' || changed.kind !== 'oauth') return undefined;
  return isSameOrigin(stored.tokenUrl, changed.tokenUrl)
    ? undefined
    : fault(
        'expected "oauth_client_secret" together with a token URL on another host: a stored secret is sent to no other host than it was given for',
      );
}

export function isSameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

function isGiven(text: string | null | undefined): text is string {
  return typeof text === 'string';
}

function isCredential(text: string | null | undefined): text is string {
  return isGiven(text) && text.length <= CREDENTIAL_LENGTH_MAX && HEADER_TEXT.test(text);
}

function fault(message: string): Refusal {
  return refuse('unprocessable', message);
}

/** The found value may be a secret, so the message only says what was expected. */
function credentialFault(what: string, carrier: string): Refusal {
  return fault(credentialMessage(what, carrier));
}

function credentialMessage(what: string, carrier: string): string {
  return `expected ${what} of 1 to ${CREDENTIAL_LENGTH_MAX} visible ASCII characters, as ${carrier} can carry it, found another text`;
}
