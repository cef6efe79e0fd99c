import * as v from 'valibot';
import { Address, Count, knownValue } from '../../domain/fields.ts';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { newSigningSecret, SIGNING_SECRET_PREFIX } from './signing-secret.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly webhook: WebhookSettings;
  }
}

export interface WebhookSettings {
  readonly url: string;
  readonly contentMode: WebhookContentMode;
  /** How long one attempt may take, within `WEBHOOK_TIMEOUT_SECONDS`. */
  readonly timeoutSeconds: number;
  readonly secrets: WebhookSecrets;
}

/** Each encrypted (see `SecretBox`). */
export interface WebhookSecrets {
  /** `whsec_…`; shown once, at creation. */
  readonly signingSecret: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
}

export type WebhookPublication = PublicationOf<'webhook'>;

/** CloudEvents HTTP binding. */
const CONTENT_MODES = ['structured', 'binary'] as const;
type WebhookContentMode = (typeof CONTENT_MODES)[number];

export const WEBHOOK_TIMEOUT_SECONDS = { min: 1, default: 15, max: 30 } as const;
export const WEBHOOK_URL_LENGTH_MAX = 2_048;
/** What a header can carry, and KMS can encrypt, with room to spare. */
export const WEBHOOK_TOKEN_LENGTH_MAX = 2_000;
const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

const Url = v.pipe(
  v.string(),
  v.metadata({ minLength: 1, maxLength: WEBHOOK_URL_LENGTH_MAX, format: 'uri' }),
);
const Token = v.pipe(
  v.string(),
  v.metadata({ maxLength: WEBHOOK_TOKEN_LENGTH_MAX, pattern: HEADER_TEXT.source }),
);
const ContentMode = v.pipe(
  v.picklist(CONTENT_MODES),
  v.description('how a CloudEvent is put into a request'),
);
/** A value on the command line could be seen by others. */
const TOKEN_FILE = {
  name: 'token-file',
  description: 'file with the access token; - is stdin',
};
const TokenFlag = 'access token, sent to the URL as Authorization: Bearer';
const UrlFlag = 'URL that takes the events';

export const webhookTarget = defineTarget({
  name: 'webhook',
  fields: {
    settings: {
      url: Url,
      token: v.nullish(v.pipe(Token, v.description('sent as `Authorization: Bearer`'))),
      content_mode: v.nullish(v.pipe(ContentMode, v.metadata({ default: CONTENT_MODES[0] }))),
      timeout_seconds: v.nullish(
        v.pipe(
          v.number(),
          v.integer('expected "timeout_seconds" to be a whole number'),
          v.minValue(WEBHOOK_TIMEOUT_SECONDS.min),
          v.maxValue(WEBHOOK_TIMEOUT_SECONDS.max),
          v.metadata({ default: WEBHOOK_TIMEOUT_SECONDS.default, description: 'what one attempt may take' }),
        ),
      ),
    },
    changes: {
      url: v.optional(Url),
      token: v.optional(v.pipe(v.nullable(Token), v.description('null: send none'))),
    },
    params: { url: Address, content_mode: knownValue(CONTENT_MODES), timeout_seconds: Count },
    shownOnce: {
      signing_secret: v.pipe(
        v.string(),
        v.metadata({ pattern: `^${SIGNING_SECRET_PREFIX}`, description: 'shown this once' }),
      ),
    },
  },
  olderNames: [],
  summary:
    'Publish to a webhook; its signing secret is shown this once. With `source`, link a subscription to it in the same step',
  refusals: ['invalid-url'],
  command: {
    id: 'events:publications:webhook:create',
    description: 'publish to a webhook',
    argument: 'name of the publication',
    example: 'systemStatus -u "https://example.com/webhooks"',
    flags: {
      url: { char: 'u', required: true, description: UrlFlag },
      token: { char: 't', description: TokenFlag, secretFile: TOKEN_FILE },
      content_mode: { options: CONTENT_MODES, description: 'how a CloudEvent is put into a request' },
      timeout_seconds: {
        name: 'timeout',
        range: WEBHOOK_TIMEOUT_SECONDS,
        description: 'seconds that one attempt may take',
      },
    },
    shownOnce: {
      field: 'signing_secret',
      what: 'the signing secret',
      text: 'The receiver verifies the webhook-signature header with this signing secret.',
    },
    changeFlags: {
      url: { char: 'u', description: `of a webhook: ${UrlFlag}` },
      token: {
        char: 't',
        description: `of a webhook: ${TokenFlag}`,
        secretFile: TOKEN_FILE,
        off: { name: 'no-token', description: 'of a webhook: send no access token', value: null },
      },
    },
  },
  grants: { secrets: ['Decrypt'] },

  async create({ addresses, secrets }, base, settings) {
    const { token, content_mode: contentMode, timeout_seconds: timeoutSeconds } = settings;
    const address = addresses.check(settings.url);
    if (!address.ok) return refuse('invalid-url', address.message);
    const tokenFault = tokenRefusal(token);
    if (tokenFault !== undefined) return tokenFault;
    const signingSecret = newSigningSecret();
    const seal = (secret: keyof WebhookSecrets, text: string) =>
      secrets.encrypt(text, { appId: base.appId, resourceId: base.id, secret });
    return {
      kind: 'created',
      publication: {
        ...base,
        platform: 'webhook',
        url: address.url,
        contentMode: contentMode ?? CONTENT_MODES[0],
        timeoutSeconds: timeoutSeconds ?? WEBHOOK_TIMEOUT_SECONDS.default,
        secrets: {
          signingSecret: await seal('signingSecret', signingSecret),
          token: typeof token === 'string' ? await seal('token', token) : undefined,
        },
      },
      shownOnce: { signing_secret: signingSecret },
    };
  },

  async change({ addresses, secrets }, { id, appId }, { url, token }) {
    const address = url === undefined ? undefined : addresses.check(url);
    if (address?.ok === false) return refuse('invalid-url', address.message);
    const tokenFault = tokenRefusal(token);
    if (tokenFault !== undefined) return tokenFault;
    // Encrypted for the id that was read: a publication made anew under the same name is another one.
    const sealed =
      typeof token === 'string'
        ? await secrets.encrypt(token, { appId, resourceId: id, secret: 'token' })
        : undefined;
    return {
      kind: 'changed',
      apply: (publication) => ({
        ...publication,
        url: address?.url ?? publication.url,
        secrets: {
          ...publication.secrets,
          token: token === undefined ? publication.secrets.token : sealed,
        },
      }),
    };
  },

  show: ({ url, contentMode, timeoutSeconds }) => ({
    url,
    content_mode: contentMode,
    timeout_seconds: timeoutSeconds,
  }),

  // An event is posted as it is.
  accept: (_publication, event) => ({ ok: true, event }),
});

function tokenRefusal(token: string | null | undefined): Refusal | undefined {
  if (typeof token !== 'string') return undefined;
  if (token.length <= WEBHOOK_TOKEN_LENGTH_MAX && HEADER_TEXT.test(token)) return undefined;
  // What was found is a secret: only what it should be is said.
  return refuse(
    'invalid-request',
    `expected a token of 1 to ${WEBHOOK_TOKEN_LENGTH_MAX} visible ASCII characters, as an Authorization header can carry it, found another text`,
  );
}
