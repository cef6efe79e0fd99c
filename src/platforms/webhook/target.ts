import * as v from 'valibot';
import { newSigningSecret, SIGNING_SECRET_PREFIX, signingSecretFault } from '../../base/signing-secret.ts';
import type { FlagText, FlagTexts } from '../../domain/command-text.ts';
import { Address, Count, knownValue, quoted, Time } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget, type TargetPorts } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import {
  type Authentication,
  type AuthenticationChange,
  CREDENTIAL_LENGTH_MAX,
  isSameOrigin,
  readAuthentication,
  storedSecretRefusal,
} from './authentication.ts';
import { CUSTOM_HEADERS_MAX, customHeadersText, HEADER_TEXT, readCustomHeaders } from './custom-headers.ts';
import { newKeyPair, publicJwk } from './key-pair.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly webhook: WebhookSettings;
  }
}

// Fields added after the first version are optional, because records that it stored lack them.
export interface WebhookSettings {
  readonly url: string;
  readonly contentMode: WebhookContentMode;
  /** Present in `batch` mode. */
  readonly batch?: BatchLimits | undefined;
  /** The origin that the receiver is asked to accept events from (CloudEvents handshake). Absent: it is not asked. */
  readonly handshakeOrigin?: string | undefined;
  /** Concurrent requests per process. Absent: no limit. */
  readonly concurrency?: number | undefined;
  /** How long one attempt may take, within `WEBHOOK_TIMEOUT_SECONDS`. */
  readonly timeoutSeconds: number;
  /** Absent: the bearer token, if there is one. */
  readonly authentication?: Exclude<Authentication, { kind: 'bearer' }> | undefined;
  /** Names of the headers that the owner adds. */
  readonly headerNames?: readonly string[] | undefined;
  /** `whpk_…` of the key pair that signs. Absent: a secret signs, by HMAC. */
  readonly publicKey?: string | undefined;
  readonly secrets: WebhookSecrets;
}

/** A batch is sent as soon as it reaches one of these limits. */
export interface BatchLimits {
  readonly eventsMax: number;
  /** The size of the body. A larger event is sent alone. */
  readonly bytesMax: number;
  /** How long the first event waits for others. */
  readonly waitMs: number;
}

/** Each encrypted (see `SecretBox`). */
export interface WebhookSecrets {
  /** `whsec_…`, shown once, when it is made; or the private key `whsk_…`, which is never shown. */
  readonly signingSecret: string;
  /** Former secrets that still sign, oldest first; each was encrypted as the signing secret that it was. */
  readonly formerSigningSecrets?: readonly FormerSecret[] | undefined;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  readonly password?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** The text of `customHeadersText`. */
  readonly headers?: string | undefined;
}

export interface FormerSecret {
  readonly secret: string;
  /** The public key of a former key pair. */
  readonly publicKey?: string | undefined;
  readonly untilMs: number;
}

export type WebhookPublication = PublicationOf<'webhook'>;

/** CloudEvents HTTP binding. */
const CONTENT_MODES = ['structured', 'binary', 'batch'] as const;
type WebhookContentMode = (typeof CONTENT_MODES)[number];

/** Standard Webhooks: `v1` signs with a secret that both sides have, `v1a` with a key pair. */
const SIGNATURES = ['hmac', 'ed25519'] as const;

export const WEBHOOK_TIMEOUT_SECONDS = { min: 1, default: 15, max: 30 } as const;
export const WEBHOOK_URL_LENGTH_MAX = 2_048;
/** The maximum is what a receiver can answer within the timeout. */
export const BATCH_EVENTS = { min: 1, default: 100, max: 1_000 } as const;
/** By default, many receivers read bodies of 1 MiB at most. */
export const BATCH_BYTES = { min: 1_024, default: 262_144, max: 1_048_576 } as const;
/**
 * The default wait gathers what one process holds. The embedded queue gives fewer messages at once to a publication
 * whose deliveries take longer than a second, so a longer wait would make smaller batches.
 */
export const BATCH_WAIT_MS = { min: 0, default: 100, max: 500 } as const;
/** The maximum is the number of connections that a process has to one receiver. */
export const CONCURRENCY = { min: 1, max: 64 } as const;
/**
 * A rotation whose answer was lost may be repeated several times; each secret that still signs adds a signature to
 * send.
 */
export const FORMER_SECRETS_MAX = 3;

const Url = v.pipe(
  v.string(),
  v.metadata({ minLength: 1, maxLength: WEBHOOK_URL_LENGTH_MAX, format: 'uri' }),
);
const Token = v.pipe(
  v.string(),
  v.metadata({ maxLength: CREDENTIAL_LENGTH_MAX, pattern: HEADER_TEXT.source }),
);
const ContentMode = v.pipe(
  v.picklist(CONTENT_MODES),
  v.description('how CloudEvents are put into a request'),
);
const Signature = v.pipe(
  v.picklist(SIGNATURES),
  v.description(
    'hmac: by a secret that the receiver has as well; ed25519: by a key pair, whose public key is shown',
  ),
);
const Credential = v.pipe(v.string(), v.metadata({ minLength: 1, maxLength: CREDENTIAL_LENGTH_MAX }));
const Headers = v.pipe(
  v.array(v.string()),
  v.metadata({ maxItems: CUSTOM_HEADERS_MAX, examples: [['X-Api-Key: abc']] }),
);

function whole(name: string, range: { readonly min: number; readonly max: number }, description: string) {
  return v.pipe(
    v.number(),
    v.integer(`expected "${name}" to be a whole number`),
    v.minValue(range.min),
    v.maxValue(range.max),
    v.description(description),
  );
}
const BatchSize = whole('batch_size', BATCH_EVENTS, 'events in a batch at the most');
const BatchBytes = whole(
  'batch_bytes',
  BATCH_BYTES,
  'bytes of a batch at the most; a larger event goes alone',
);
const BatchWait = whole(
  'batch_wait_ms',
  BATCH_WAIT_MS,
  'milliseconds that an event waits for others to join it',
);

const Concurrency = whole('concurrency', CONCURRENCY, 'requests at a time, of each process');
const TimeoutSeconds = whole('timeout_seconds', WEBHOOK_TIMEOUT_SECONDS, 'what one attempt may take');

/** A host name with a domain, by which a receiver knows a sender. */
export const ORIGIN_NAME =
  /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const HandshakeOrigin = v.pipe(
  v.string(),
  v.metadata({
    pattern: ORIGIN_NAME.source,
    description:
      'before its first event, the receiver is asked by OPTIONS whether it agrees to get events of this origin, the name of a host',
    examples: ['events.example.com'],
  }),
);

/** Others could see a value on the command line. */
function secretFile(name: string, what: string) {
  return { name, description: `file with ${what}; - is stdin` };
}
const TOKEN_FILE = secretFile('token-file', 'the access token');
const TokenFlag = 'access token, sent to the URL as Authorization: Bearer';
const UrlFlag = 'URL that takes the events';
const HeadersFlag = 'header of every request, "Name: value"; may be repeated';
const HEADERS_FILE = secretFile('header-file', 'such headers, one a line');
const CONTENT_MODE_FLAG = { options: CONTENT_MODES, description: 'how CloudEvents are put into a request' };
const IN_BATCH_MODE = { setting: 'content_mode', is: 'batch' } as const;
const BATCH_FLAGS = {
  batch_size: {
    range: BATCH_EVENTS,
    description: 'events in a batch at the most',
    onlyWith: IN_BATCH_MODE,
  },
  batch_bytes: {
    range: BATCH_BYTES,
    description: 'bytes of a batch at the most; a larger event goes alone',
    onlyWith: IN_BATCH_MODE,
  },
  batch_wait_ms: {
    name: 'batch-wait',
    range: BATCH_WAIT_MS,
    description: 'milliseconds that an event waits for others to join it',
    onlyWith: IN_BATCH_MODE,
  },
} as const;
const SIGNATURE_FLAG = {
  options: SIGNATURES,
  description:
    'by a secret that the receiver has as well, or by a key pair whose public key it gets (hmac unless given)',
};
const CONCURRENCY_FLAG = {
  range: CONCURRENCY,
  description: 'requests at a time, of each process that delivers',
};
const HANDSHAKE_FLAG = {
  name: 'handshake',
  description:
    'ask the receiver first whether it agrees to events of this origin, such as events.example.com',
};
const TIMEOUT_FLAG = {
  name: 'timeout',
  range: WEBHOOK_TIMEOUT_SECONDS,
  description: 'seconds that one attempt may take',
};
/** Only one kind of credentials is set at a time. */
const BEARER = { param: 'authentication', is: 'bearer' } as const;
const BASIC = { param: 'authentication', is: 'basic' } as const;
const OAUTH = { param: 'authentication', is: 'oauth' } as const;
const CREDENTIAL_FLAGS = {
  basic_user: { description: 'user of HTTP Basic', setWhen: BASIC },
  basic_password: {
    description: 'password of HTTP Basic',
    setWhen: BASIC,
    secretFile: secretFile('basic-password-file', 'the password of HTTP Basic'),
    isFileOnly: true,
  },
  oauth_token_url: { description: 'token URL of OAuth 2.0 client credentials', setWhen: OAUTH },
  oauth_client_id: { description: 'client id of OAuth', setWhen: OAUTH },
  oauth_client_secret: {
    description: 'client secret of OAuth',
    setWhen: OAUTH,
    secretFile: secretFile('oauth-client-secret-file', 'the client secret of OAuth'),
    isFileOnly: true,
  },
  oauth_scope: { description: 'scopes of OAuth, with spaces between', setWhen: OAUTH },
  oauth_audience: { description: 'audience of OAuth, where the token URL asks for one', setWhen: OAUTH },
} as const;

/** For the commands that change publications of any platform. */
function ofWebhook(flags: FlagTexts): FlagTexts {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { ...flag, description: `of a webhook: ${flag.description}` },
    ]),
  );
}

/** For the command that creates a publication. */
function withDefault({ description, ...flag }: FlagText, usual: number): FlagText {
  return { ...flag, description: `${description} (${usual} unless given)` };
}

export const webhookTarget = defineTarget({
  name: 'webhook',
  fields: {
    settings: {
      url: Url,
      token: v.nullish(v.pipe(Token, v.description('sent as `Authorization: Bearer`'))),
      basic_user: v.nullish(v.pipe(Credential, v.description('with `basic_password`: HTTP Basic'))),
      basic_password: v.nullish(Credential),
      oauth_token_url: v.nullish(
        v.pipe(
          Url,
          v.description('with `oauth_client_id` and `oauth_client_secret`: OAuth 2.0 client credentials'),
        ),
      ),
      oauth_client_id: v.nullish(Credential),
      oauth_client_secret: v.nullish(Credential),
      oauth_scope: v.nullish(v.pipe(Credential, v.description('with spaces between'))),
      oauth_audience: v.nullish(
        v.pipe(Credential, v.description('sent to the token URL, where it serves several APIs')),
      ),
      headers: v.nullish(
        v.pipe(Headers, v.description('`Name: value`, sent with every request; stored encrypted')),
      ),
      content_mode: v.nullish(v.pipe(ContentMode, v.metadata({ default: CONTENT_MODES[0] }))),
      batch_size: v.nullish(v.pipe(BatchSize, v.metadata({ default: BATCH_EVENTS.default }))),
      batch_bytes: v.nullish(v.pipe(BatchBytes, v.metadata({ default: BATCH_BYTES.default }))),
      batch_wait_ms: v.nullish(v.pipe(BatchWait, v.metadata({ default: BATCH_WAIT_MS.default }))),
      concurrency: v.nullish(Concurrency),
      handshake_origin: v.nullish(HandshakeOrigin),
      timeout_seconds: v.nullish(
        v.pipe(TimeoutSeconds, v.metadata({ default: WEBHOOK_TIMEOUT_SECONDS.default })),
      ),
      signature: v.nullish(v.pipe(Signature, v.metadata({ default: SIGNATURES[0] }))),
      signing_secret: v.nullish(
        v.pipe(v.string(), v.description('a secret of your own, `whsec_` and base64; absent: one is made')),
      ),
    },
    changes: {
      url: v.optional(Url),
      token: v.optional(v.pipe(v.nullable(Token), v.description('null: send no credentials of any kind'))),
      basic_user: v.optional(Credential),
      basic_password: v.optional(Credential),
      oauth_token_url: v.optional(Url),
      oauth_client_id: v.optional(Credential),
      oauth_client_secret: v.optional(Credential),
      oauth_scope: v.optional(Credential),
      oauth_audience: v.optional(Credential),
      headers: v.optional(v.pipe(v.nullable(Headers), v.description('in place of all before; null: none'))),
      content_mode: v.optional(ContentMode),
      batch_size: v.optional(BatchSize),
      batch_bytes: v.optional(BatchBytes),
      batch_wait_ms: v.optional(BatchWait),
      concurrency: v.optional(v.pipe(v.nullable(Concurrency), v.description('null: as many as come'))),
      handshake_origin: v.optional(v.pipe(v.nullable(HandshakeOrigin), v.description('null: no handshake'))),
      timeout_seconds: v.optional(TimeoutSeconds),
    },
    params: {
      url: Address,
      content_mode: knownValue(CONTENT_MODES),
      timeout_seconds: Count,
      concurrency: v.optional(Count),
      handshake_origin: v.optional(v.string()),
      batch_size: v.optional(Count),
      batch_bytes: v.optional(Count),
      batch_wait_ms: v.optional(Count),
      authentication: v.optional(knownValue(['bearer', 'basic', 'oauth'], 'absent: by the signature alone')),
      basic_user: v.optional(v.string()),
      oauth_token_url: v.optional(Address),
      oauth_client_id: v.optional(v.string()),
      oauth_scope: v.optional(v.string()),
      oauth_audience: v.optional(v.string()),
      header_names: v.optional(
        v.pipe(
          v.array(v.string()),
          v.description('of the headers that were added; their values are secrets'),
        ),
      ),
      signature: v.optional(knownValue(['ed25519'], 'absent: by HMAC, with the signing secret')),
      public_key: v.optional(
        v.pipe(v.string(), v.metadata({ pattern: '^whpk_', description: 'of the key pair that signs' })),
      ),
      former_public_keys: v.optional(
        v.pipe(v.array(v.string()), v.description('of former key pairs that sign as well, oldest first')),
      ),
      jwks_path: v.optional(
        v.pipe(v.string(), v.description('where this API shows the public keys to everybody, as a JWKS')),
      ),
      former_secret_until: v.optional(
        v.pipe(Time, v.description('until when signing secrets from before the last rotation sign as well')),
      ),
    },
    shownOnce: {
      signing_secret: v.pipe(
        v.string(),
        v.metadata({
          pattern: `^${SIGNING_SECRET_PREFIX}`,
          description: 'shown this once; absent where the request gave it, or a key pair signs',
        }),
      ),
    },
  },
  olderNames: [],
  summary:
    'Publish to a webhook; its signing secret is shown this once. With `source`, link a subscription to it in the same step',
  refusals: ['invalid-url', 'unprocessable'],
  command: {
    id: 'events:publications:webhook:create',
    description: 'publish to a webhook',
    argument: 'name of the publication',
    example: 'systemStatus -u "https://example.com/webhooks"',
    flags: {
      url: { char: 'u', required: true, description: UrlFlag },
      token: { char: 't', description: TokenFlag, setWhen: BEARER, secretFile: TOKEN_FILE },
      ...CREDENTIAL_FLAGS,
      headers: {
        name: 'header',
        isRepeated: true,
        description: HeadersFlag,
        setWhen: { param: 'header_names' },
        secretFile: HEADERS_FILE,
      },
      signature: SIGNATURE_FLAG,
      content_mode: CONTENT_MODE_FLAG,
      batch_size: withDefault(BATCH_FLAGS.batch_size, BATCH_EVENTS.default),
      batch_bytes: withDefault(BATCH_FLAGS.batch_bytes, BATCH_BYTES.default),
      batch_wait_ms: withDefault(BATCH_FLAGS.batch_wait_ms, BATCH_WAIT_MS.default),
      concurrency: CONCURRENCY_FLAG,
      handshake_origin: HANDSHAKE_FLAG,
      timeout_seconds: TIMEOUT_FLAG,
    },
    shownOnce: {
      field: 'signing_secret',
      what: 'the signing secret',
      text: 'The receiver verifies the webhook-signature header with this signing secret.',
      unless: {
        setting: 'signature',
        value: 'ed25519',
        text: 'with ed25519 there is no secret to keep: the private key stays in Sluice, and the public one is shown',
      },
    },
    changeFlags: {
      url: { char: 'u', description: `of a webhook: ${UrlFlag}` },
      token: {
        char: 't',
        description: `of a webhook: ${TokenFlag}`,
        secretFile: TOKEN_FILE,
        off: { name: 'no-token', description: 'of a webhook: send no credentials of any kind', value: null },
      },
      ...ofWebhook(CREDENTIAL_FLAGS),
      headers: {
        name: 'header',
        isRepeated: true,
        description: `of a webhook: ${HeadersFlag}; they take the place of all before`,
        secretFile: HEADERS_FILE,
        off: { name: 'no-headers', description: 'of a webhook: add no headers', value: null },
      },
      ...ofWebhook({ content_mode: CONTENT_MODE_FLAG, ...BATCH_FLAGS }),
      concurrency: {
        ...CONCURRENCY_FLAG,
        description: `of a webhook: ${CONCURRENCY_FLAG.description}`,
        off: { name: 'no-concurrency', description: 'of a webhook: as many requests as come', value: null },
      },
      handshake_origin: {
        ...HANDSHAKE_FLAG,
        description: `of a webhook: ${HANDSHAKE_FLAG.description}`,
        off: { name: 'no-handshake', description: 'of a webhook: do not ask first', value: null },
      },
      ...ofWebhook({ timeout_seconds: TIMEOUT_FLAG }),
    },
  },
  grants: { secrets: ['Decrypt'] },

  async create(ports, base, settings) {
    const { timeout_seconds: timeoutSeconds, signature, signing_secret: ownSecret } = settings;
    const address = ports.addresses.check(settings.url);
    if (!address.ok) return refuse('invalid-url', address.message);
    const credentials = readAuthentication(ports.addresses, settings);
    if (credentials.kind === 'refused') return credentials;
    const headers = readCustomHeaders(settings.headers ?? []);
    if (headers.kind === 'refused') return headers;
    const content = contentOf(settings);
    if ('kind' in content) return content;
    const hasKeyPair = signature === 'ed25519';
    const secretFault = ownSecretRefusal(ownSecret, hasKeyPair);
    if (secretFault !== undefined) return secretFault;
    const originFault = originRefusal(settings.handshake_origin);
    if (originFault !== undefined) return originFault;
    const contradiction = twiceAuthorized(headers.headers, credentials.kind === 'set');
    if (contradiction !== undefined) return contradiction;
    const signer = newSigner(hasKeyPair, ownSecret);
    const seal = sealer(ports, base);
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'webhook',
        url: address.url,
        ...content,
        ...(settings.concurrency != null && { concurrency: settings.concurrency }),
        ...(settings.handshake_origin != null && { handshakeOrigin: settings.handshake_origin }),
        timeoutSeconds: timeoutSeconds ?? WEBHOOK_TIMEOUT_SECONDS.default,
        ...authenticationOf(credentials),
        ...headerNamesOf(headers.headers),
        ...publicKeyOf(signer),
        secrets: {
          signingSecret: await seal('signingSecret', signer.secret),
          ...(await sealedCredential(credentials, seal)),
          ...(headers.headers.length > 0 && {
            headers: await seal('headers', customHeadersText(headers.headers)),
          }),
        },
      },
      ...signer.shownOnce,
    };
  },

  async change(ports, current, changes) {
    const address = changes.url === undefined ? undefined : ports.addresses.check(changes.url);
    if (address?.ok === false) return refuse('invalid-url', address.message);
    const credentials = readAuthentication(ports.addresses, changes, authenticationKind(current));
    if (credentials.kind === 'refused') return credentials;
    const headers = changes.headers === undefined ? undefined : readCustomHeaders(changes.headers ?? []);
    if (headers?.kind === 'refused') return headers;
    const originFault = originRefusal(changes.handshake_origin);
    if (originFault !== undefined) return originFault;
    const isAuthorized =
      credentials.kind === 'unchanged'
        ? authenticationKind(current) !== undefined
        : credentials.kind === 'set';
    const names = headers?.headers ?? (current.headerNames ?? []).map((name) => ({ name }));
    const contradiction = twiceAuthorized(names, isAuthorized);
    if (contradiction !== undefined) return contradiction;
    // Encrypted for the id that was read: a publication recreated under the same name has another id.
    const seal = sealer(ports, current);
    const sealed = await sealedCredential(credentials, seal);
    const sealedHeaders =
      headers === undefined || headers.headers.length === 0
        ? undefined
        : await seal('headers', customHeadersText(headers.headers));
    return {
      kind: 'changed',
      apply(publication) {
        const isKept = {
          credentials: credentials.kind === 'unchanged',
          secret: credentials.kind === 'set' && sealed === undefined,
          headers: headers === undefined,
        };
        const elsewhere =
          urlRefusal(publication, address?.url, isKept) ??
          (credentials.kind === 'set' && isKept.secret
            ? storedSecretRefusal(authenticationKind(publication), credentials.authentication)
            : undefined);
        if (elsewhere !== undefined) return elsewhere;
        // Depends on the mode that is stored now: somebody may have changed it meanwhile.
        const content = contentOf(changes, publication);
        if ('kind' in content) return content;
        const {
          contentMode: _mode,
          batch: _limits,
          authentication,
          headerNames,
          concurrency: atOnce,
          handshakeOrigin: origin,
          secrets,
          ...rest
        } = publication;
        const handshakeOrigin =
          changes.handshake_origin === undefined ? origin : (changes.handshake_origin ?? undefined);
        const concurrency = changes.concurrency === undefined ? atOnce : (changes.concurrency ?? undefined);
        const { token, password, clientSecret, headers: headersBefore, ...signing } = secrets;
        // A secret that is not given stays, but only beside the kind of credentials that it belongs to.
        const kept = { token, password, clientSecret };
        const stays = isKept.credentials || isKept.secret;
        return {
          ...rest,
          url: address?.url ?? publication.url,
          timeoutSeconds: changes.timeout_seconds ?? publication.timeoutSeconds,
          ...content,
          ...(concurrency !== undefined && { concurrency }),
          ...(handshakeOrigin !== undefined && { handshakeOrigin }),
          ...(credentials.kind === 'unchanged'
            ? authentication !== undefined && { authentication }
            : authenticationOf(credentials)),
          ...(headers === undefined
            ? headerNames !== undefined && { headerNames }
            : headerNamesOf(headers.headers)),
          secrets: {
            ...signing,
            ...(stays ? kept : sealed),
            headers: headers === undefined ? headersBefore : sealedHeaders,
          },
        };
      },
    };
  },

  async rotateSecret(ports, current, { secret, graceMs, nowMs }) {
    const hasKeyPair = current.publicKey !== undefined;
    const secretFault = ownSecretRefusal(secret, hasKeyPair);
    if (secretFault !== undefined) return secretFault;
    const { appId, id: resourceId, secrets: before } = current;
    if (
      secret !== undefined &&
      secret ===
        (await ports.secrets.decrypt(before.signingSecret, { appId, resourceId, secret: 'signingSecret' }))
    ) {
      return refuse('unprocessable', 'expected another signing secret, found the one that signs already');
    }
    const signer = newSigner(hasKeyPair, secret);
    const sealed = await sealer(ports, current)('signingSecret', signer.secret);
    return {
      kind: 'rotated',
      apply(publication) {
        const { secrets } = publication;
        const live = (secrets.formerSigningSecrets ?? []).filter(({ untilMs }) => untilMs > nowMs);
        const [oldest] = live;
        if (graceMs > 0 && oldest !== undefined && live.length >= FORMER_SECRETS_MAX) {
          return refuse(
            'limit-reached',
            `expected at most ${FORMER_SECRETS_MAX} former signing secrets that still sign, found ${live.length}: wait until ${new Date(oldest.untilMs).toISOString()}, or end all of them at once with a grace of 0s`,
          );
        }
        const replaced = {
          secret: secrets.signingSecret,
          ...(publication.publicKey !== undefined && { publicKey: publication.publicKey }),
          untilMs: nowMs + graceMs,
        };
        const former = graceMs === 0 ? [] : [...live, replaced];
        const { formerSigningSecrets: _before, ...others } = secrets;
        return {
          ...publication,
          ...publicKeyOf(signer),
          secrets: {
            ...others,
            signingSecret: sealed,
            ...(former.length > 0 && { formerSigningSecrets: former }),
          },
        };
      },
      ...signer.shownOnce,
    };
  },

  show(publication) {
    const { url, contentMode, timeoutSeconds, batch, concurrency, authentication, headerNames, secrets } =
      publication;
    const former = secrets.formerSigningSecrets ?? [];
    const untilMs = Math.max(0, ...former.map((each) => each.untilMs));
    return {
      url,
      content_mode: contentMode,
      timeout_seconds: timeoutSeconds,
      concurrency,
      handshake_origin: publication.handshakeOrigin,
      batch_size: batch?.eventsMax,
      batch_bytes: batch?.bytesMax,
      batch_wait_ms: batch?.waitMs,
      authentication: authenticationKind(publication)?.kind,
      basic_user: authentication?.kind === 'basic' ? authentication.user : undefined,
      ...(authentication?.kind === 'oauth' && {
        oauth_token_url: authentication.tokenUrl,
        oauth_client_id: authentication.clientId,
        oauth_scope: authentication.scope,
        oauth_audience: authentication.audience,
      }),
      header_names: headerNames === undefined ? undefined : [...headerNames],
      ...(publication.publicKey !== undefined && {
        signature: 'ed25519' as const,
        public_key: publication.publicKey,
        former_public_keys:
          former.length === 0 ? undefined : former.flatMap(({ publicKey }) => publicKey ?? []),
        jwks_path: `/v1/jwks/${publication.appId}/${publication.id}`,
      }),
      former_secret_until: untilMs === 0 ? undefined : new Date(untilMs).toISOString(),
    };
  },

  publicKeys({ publicKey, secrets }, nowMs) {
    const former = (secrets.formerSigningSecrets ?? []).filter(({ untilMs }) => untilMs > nowMs);
    // Newest first, as a receiver needs them.
    return [publicKey, ...former.map((each) => each.publicKey).toReversed()].flatMap((each) =>
      each === undefined ? [] : publicJwk(each),
    );
  },

  // An event is posted unchanged.
});

/** How its deliveries authenticate, if they do. */
export function authenticationKind({
  authentication,
  secrets,
}: WebhookPublication): Authentication | undefined {
  return authentication ?? (secrets.token === undefined ? undefined : { kind: 'bearer' });
}

type Seal = (secret: keyof WebhookSecrets, text: string) => Promise<string>;

function sealer(
  { secrets }: Pick<TargetPorts, 'secrets'>,
  { appId, id }: { readonly appId: string; readonly id: string },
): Seal {
  return (secret, text) => secrets.encrypt(text, { appId, resourceId: id, secret });
}

const SECRET_OF = { bearer: 'token', basic: 'password', oauth: 'clientSecret' } as const;

async function sealedCredential(
  change: AuthenticationChange,
  seal: Seal,
): Promise<Pick<WebhookSecrets, 'token' | 'password' | 'clientSecret'> | undefined> {
  if (change.kind !== 'set' || change.secret === undefined) return undefined;
  const name = SECRET_OF[change.authentication.kind];
  return { [name]: await seal(name, change.secret) };
}

function authenticationOf(change: AuthenticationChange): Pick<WebhookSettings, 'authentication'> {
  return change.kind === 'set' && change.authentication.kind !== 'bearer'
    ? { authentication: change.authentication }
    : {};
}

function headerNamesOf(headers: readonly { readonly name: string }[]): Pick<WebhookSettings, 'headerNames'> {
  return headers.length === 0 ? {} : { headerNames: headers.map(({ name }) => name) };
}

interface ContentChange {
  readonly content_mode?: WebhookContentMode | null | undefined;
  readonly batch_size?: number | null | undefined;
  readonly batch_bytes?: number | null | undefined;
  readonly batch_wait_ms?: number | null | undefined;
}

type Content = Pick<WebhookSettings, 'contentMode' | 'batch'>;

/** The mode, with the limits of a batch in that mode only. What is not given stays as in `before`. */
function contentOf(
  { content_mode, batch_size: eventsMax, batch_bytes: bytesMax, batch_wait_ms: waitMs }: ContentChange,
  before: Content = { contentMode: CONTENT_MODES[0] },
): Content | Refusal {
  const contentMode = content_mode ?? before.contentMode;
  if (contentMode === 'batch') {
    const batch = {
      eventsMax: eventsMax ?? before.batch?.eventsMax ?? BATCH_EVENTS.default,
      bytesMax: bytesMax ?? before.batch?.bytesMax ?? BATCH_BYTES.default,
      waitMs: waitMs ?? before.batch?.waitMs ?? BATCH_WAIT_MS.default,
    };
    return { contentMode, batch };
  }
  if (eventsMax == null && bytesMax == null && waitMs == null) return { contentMode };
  return refuse(
    'unprocessable',
    `expected limits of a batch with "content_mode" batch only, found ${contentMode}`,
  );
}

function twiceAuthorized(
  headers: readonly { readonly name: string }[],
  isAuthorized: boolean,
): Refusal | undefined {
  if (!isAuthorized || !headers.some(({ name }) => name.toLowerCase() === 'authorization')) return undefined;
  return refuse(
    'unprocessable',
    'expected either credentials or a header Authorization, found both: take one of them away',
  );
}

/** What must be given again when the host changes, by the kind of credentials. */
const GIVEN_AGAIN = {
  bearer: 'token',
  basic: 'basic_password',
  oauth: 'oauth_client_secret',
} as const;

/**
 * A person who may change a publication may not read its secrets, and must not be able to have them sent to another
 * host. The signing secret stays: it is not sent, and a signature reveals nothing about it.
 */
function urlRefusal(
  publication: WebhookPublication,
  url: string | undefined,
  isKept: { readonly credentials: boolean; readonly secret: boolean; readonly headers: boolean },
): Refusal | undefined {
  if (url === undefined || isSameOrigin(url, publication.url)) return undefined;
  const kind = authenticationKind(publication)?.kind;
  const keepsCredentials = kind !== undefined && (isKept.credentials || isKept.secret);
  const kept = [
    ...(keepsCredentials ? [{ again: GIVEN_AGAIN[kind], none: '--no-token' }] : []),
    ...(isKept.headers && publication.headerNames !== undefined
      ? [{ again: 'headers', none: '--no-headers' }]
      : []),
  ];
  if (kept.length === 0) return undefined;
  return refuse(
    'unprocessable',
    `expected ${kept.map(({ again }) => `"${again}"`).join(' and ')} together with a URL on another host, found what is stored, which is sent to no other host than it was given for: give it again, or take it away (null; ${kept.map(({ none }) => none).join(' and ')} on the command line)`,
  );
}

function originRefusal(origin: string | null | undefined): Refusal | undefined {
  return origin == null || ORIGIN_NAME.test(origin)
    ? undefined
    : refuse(
        'unprocessable',
        `expected "handshake_origin" as the name of a host with its domain, such as events.example.com, found ${quoted(origin)}`,
      );
}

/** What signs from now on. */
interface Signer {
  readonly secret: string;
  readonly publicKey?: string;
  readonly shownOnce?: { readonly shownOnce: { readonly signing_secret: string } };
}

function newSigner(hasKeyPair: boolean, ownSecret: string | null | undefined): Signer {
  if (hasKeyPair) {
    const { privateKey, publicKey } = newKeyPair();
    return { secret: privateKey, publicKey };
  }
  if (ownSecret != null) return { secret: ownSecret };
  const secret = newSigningSecret();
  return { secret, shownOnce: { shownOnce: { signing_secret: secret } } };
}

function publicKeyOf({ publicKey }: Signer): Pick<WebhookSettings, 'publicKey'> {
  return publicKey === undefined ? {} : { publicKey };
}

function ownSecretRefusal(secret: string | null | undefined, hasKeyPair: boolean): Refusal | undefined {
  if (secret != null && hasKeyPair) {
    return refuse(
      'unprocessable',
      'expected no signing secret for a publication that signs by ed25519, found one: its key pair is made here, and the private key never leaves',
    );
  }
  const fault = secret == null ? undefined : signingSecretFault(secret);
  return fault === undefined ? undefined : refuse('unprocessable', fault);
}
