import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import { nameFault } from '../../domain/names.ts';
import {
  PUBLICATIONS_PER_APP_MAX,
  type Publication,
  type PublishVia,
  type SalesforcePublication,
  type WebhookContentMode,
  type WebhookPublication,
} from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { readRetrySchedule } from '../../domain/publications/retry-schedule.ts';
import type { WebhookRules } from '../../domain/publications/webhook-rules.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { authorizationForUse, topicRefusal } from '../authorizations/topic-use.ts';
import { notFound } from '../not-found.ts';
import { filterRefusal, type NewLink, newStream, streamLimitRefusal } from '../streams/manage-streams.ts';
import { allOrNothing } from '../undo.ts';

export interface PublicationPorts {
  readonly publications: PublicationStore;
  readonly subscriptions: SubscriptionStore;
  readonly streams: StreamStore;
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
  readonly secrets: SecretBox;
  readonly webhooks: WebhookRules;
  readonly clock: Clock;
}

export interface NewWebhookPublication {
  readonly platform: 'webhook';
  readonly name: string;
  readonly url: string;
  readonly token?: string | undefined;
  readonly contentMode: WebhookContentMode;
  readonly timeoutSeconds: number;
  /** Durations such as `30s`; null: the usual schedule. */
  readonly retry: readonly string[] | null;
  readonly link?: NewLink | undefined;
}

export interface NewSalesforcePublication {
  readonly platform: 'salesforce';
  readonly name: string;
  readonly topic: string;
  /** Alias or id. */
  readonly authorization: string;
  readonly via: PublishVia;
  /** Durations such as `30s`; null: the usual schedule. */
  readonly retry: readonly string[] | null;
  readonly link?: NewLink | undefined;
}

export type PublicationCreated = {
  readonly kind: 'created';
  readonly publication: Publication;
  /** Of a webhook: shown once. */
  readonly signingSecret?: string | undefined;
};

/** What a header can carry, and KMS can encrypt, with room to spare. */
export const WEBHOOK_TOKEN_LENGTH_MAX = 2_000;
const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Checks all of it first, then writes; what was written is taken back when a later write is refused or fails. */
export async function createPublication(
  ports: PublicationPorts,
  appId: string,
  wanted: NewWebhookPublication | NewSalesforcePublication,
): Promise<PublicationCreated | Refusal> {
  const { publications, subscriptions, streams, clock } = ports;
  const fault = nameFault(wanted.name);
  if (fault !== undefined) return refuse('invalid-name', fault);
  const held = await publications.list(appId);
  if (held.some(({ name }) => name === wanted.name)) return nameTaken(wanted.name);
  if (held.length >= PUBLICATIONS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${PUBLICATIONS_PER_APP_MAX} publications in an app, found ${held.length}: delete one that is no longer used`,
    );
  }
  const schedule = readRetrySchedule(wanted.retry);
  if (schedule.kind === 'refused') return schedule;
  const source = await checkLink(ports, appId, wanted.link);
  if (source !== undefined && 'kind' in source) return source;
  const made =
    wanted.platform === 'webhook'
      ? await newWebhook(ports, appId, wanted)
      : await newSalesforcePublication(ports, appId, wanted);
  if (made.kind === 'refused') return made;
  const publication: Publication = { ...made.publication, retryDelaysMs: schedule.delaysMs };

  return allOrNothing(async (undo): Promise<PublicationCreated | Refusal> => {
    if ((await publications.create(publication)) === 'name-taken') return nameTaken(wanted.name);
    undo.add(() => publications.remove(appId, publication.id));
    // Whoever deletes the authorization looks for its users again after removing it: one of the two sees the other.
    if (
      publication.platform === 'salesforce' &&
      (await ports.authorizations.get(appId, publication.authorizationId)) === undefined
    ) {
      return notFound('authorization', publication.authorizationAlias);
    }
    if (source !== undefined) {
      const stream = newStream(source, publication, wanted.link?.filter ?? null, clock.now());
      undo.add(() => streams.remove(appId, stream.subscriptionId, stream.publicationId));
      await streams.create(stream);
      if ((await subscriptions.get(appId, source.id)) === undefined)
        return notFound('subscription', source.name);
    }
    return made;
  });
}

/** Undefined when no stream is asked for. */
async function checkLink(
  { subscriptions, streams }: PublicationPorts,
  appId: string,
  link: NewLink | undefined,
): Promise<Subscription | Refusal | undefined> {
  if (link === undefined) return undefined;
  const source = await subscriptions.get(appId, link.other);
  if (source === undefined) return notFound('subscription', link.other);
  return filterRefusal(link.filter) ?? (await streamLimitRefusal(streams, appId)) ?? source;
}

async function newWebhook(
  { secrets, webhooks, clock }: PublicationPorts,
  appId: string,
  wanted: NewWebhookPublication,
): Promise<PublicationCreated | Refusal> {
  const fault = urlRefusal(webhooks, wanted.url) ?? tokenRefusal(wanted.token);
  if (fault !== undefined) return fault;
  const id = newUuid();
  const signingSecret = webhooks.newSigningSecret();
  const publication: WebhookPublication = {
    platform: 'webhook',
    id,
    appId,
    name: wanted.name,
    state: 'active',
    url: wanted.url,
    contentMode: wanted.contentMode,
    timeoutSeconds: wanted.timeoutSeconds,
    secrets: {
      signingSecret: await secrets.encrypt(signingSecret, { appId, resourceId: id, secret: 'signingSecret' }),
      token:
        wanted.token === undefined
          ? undefined
          : await secrets.encrypt(wanted.token, { appId, resourceId: id, secret: 'token' }),
    },
    createdAtMs: clock.now(),
    version: 1,
  };
  return { kind: 'created', publication, signingSecret };
}

async function newSalesforcePublication(
  { authorizations, topics, clock }: PublicationPorts,
  appId: string,
  wanted: NewSalesforcePublication,
): Promise<PublicationCreated | Refusal> {
  const authorization = await authorizationForUse(authorizations, appId, wanted.authorization);
  if ('kind' in authorization) return authorization;
  const fault = await topicRefusal(topics, authorization, wanted.topic, 'publish', wanted.via);
  if (fault !== undefined) return fault;
  const publication: SalesforcePublication = {
    platform: 'salesforce',
    id: newUuid(),
    appId,
    name: wanted.name,
    state: 'active',
    topic: wanted.topic,
    authorizationId: authorization.id,
    authorizationAlias: authorization.alias,
    via: wanted.via,
    createdAtMs: clock.now(),
    version: 1,
  };
  return { kind: 'created', publication };
}

export function urlRefusal(webhooks: WebhookRules, url: string): Refusal | undefined {
  const fault = webhooks.urlFault(url);
  return fault === undefined ? undefined : refuse('invalid-url', fault);
}

export function tokenRefusal(token: string | undefined): Refusal | undefined {
  if (token === undefined) return undefined;
  if (token.length <= WEBHOOK_TOKEN_LENGTH_MAX && HEADER_TEXT.test(token)) return undefined;
  // What was found is a secret: only what it should be is said.
  return refuse(
    'invalid-request',
    `expected a token of 1 to ${WEBHOOK_TOKEN_LENGTH_MAX} visible ASCII characters, as an Authorization header can carry it, found another text`,
  );
}

function nameTaken(name: string): Refusal {
  return refuse(
    'name-taken',
    `a publication named ${JSON.stringify(name)} exists in this app: choose another name`,
  );
}
