import { optionalTimeText, parseDateTime } from '../../../src/base/calendar.ts';
import type { App } from '../../../src/domain/apps/app.ts';
import { notFound } from '../../../src/management/not-found.ts';
import {
  type SubscriptionChange as Change,
  changeSubscription,
  deleteSubscription,
} from '../../../src/management/subscriptions/change-subscription.ts';
import { createSubscription } from '../../../src/management/subscriptions/create-subscription.ts';
import { rotateAddress } from '../../../src/management/subscriptions/inbound-address.ts';
import {
  type RewindTarget,
  rewindSubscription,
} from '../../../src/management/subscriptions/rewind-subscription.ts';
import {
  AddressRotation,
  Rewind,
  RewoundSubscription,
  Subscription,
  SubscriptionDetail,
  SubscriptionList,
} from '../../../src/management/subscriptions/schema.ts';
import { SOURCES } from '../../../src/platforms/sources.ts';
import { LIST_QUERY, listPart } from '../list-part.ts';
import { feedObject } from '../objects/feeds.ts';
import { readLinks, subscriptionObject } from '../objects/links.ts';
import { newLink, underNewerNames } from '../parse.ts';
import { SOURCE_SCHEMAS, SubscriptionChange } from '../platform-schemas.ts';
import type { ApiDependencies } from '../ports.ts';
import { answered, appRoute, type Input, type Route } from '../route.ts';

export const SUBSCRIPTION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/subscriptions',
    id: 'listSubscriptions',
    summary: 'The subscriptions of the app, by name',
    query: LIST_QUERY,
    answer: { status: 200, schema: SubscriptionList },
    problems: [],
    async run({ query, hidesSecrets }, app, dependencies) {
      const links = await readLinks(dependencies, app.id, { hidesSecrets });
      const shown = links.subscriptions.map((subscription) => subscriptionObject(subscription, links));
      return listPart(shown, ({ name }) => name, query);
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/subscriptions/{subscription}',
    id: 'showSubscription',
    summary: 'One subscription; of an org, with the feed that it reads',
    answer: { status: 200, schema: SubscriptionDetail },
    problems: ['not-found'],
    async run({ parameter, hidesSecrets }, app, dependencies) {
      const subscription = await dependencies.subscriptions.get(app.id, parameter('subscription'));
      if (subscription === undefined) return notFound('subscription', parameter('subscription'));
      const [links, workers] = await Promise.all([
        readLinks(dependencies, app.id, { hidesSecrets }),
        dependencies.feeds.listWorkers(),
      ]);
      const feedId = subscription.platform === 'salesforce' ? subscription.feedId : undefined;
      const stored = links.feeds.find(({ feed }) => feed.id === feedId);
      return answered({
        ...subscriptionObject(subscription, links),
        feed: stored && feedObject(stored, links.subscriptions, workers, dependencies.clock.now()),
      });
    },
  }),
  appRoute({
    method: 'PATCH',
    path: '/v1/tenants/{app}/subscriptions/{subscription}',
    id: 'changeSubscription',
    summary:
      'Pause or resume a subscription, or change how it works; `paused: false` also sets a stopped feed going again',
    body: SubscriptionChange,
    answer: { status: 200, schema: Subscription },
    problems: [
      'not-found',
      'unprocessable',
      ...SOURCES.flatMap(({ changeRefusals }) => changeRefusals),
      'try-again',
    ],
    isConditional: true,
    async run({ parameter, body, precondition, hidesSecrets }, app, dependencies) {
      const { paused, keep_last: keepLast, ...settings } = body;
      const change = {
        paused,
        keepLast,
        settings,
        precondition: await ofSubscription({ precondition, hidesSecrets }, app, dependencies),
      };
      const outcome = await changeSubscription(dependencies, app.id, parameter('subscription'), change);
      if (outcome.kind === 'refused') return outcome;
      return answered(
        subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id, { hidesSecrets })),
      );
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/subscriptions/{subscription}',
    id: 'deleteSubscription',
    summary: 'Delete a subscription and its streams',
    answer: { status: 200, schema: Subscription },
    problems: ['not-found'],
    isConditional: true,
    async run({ parameter, precondition, hidesSecrets }, app, dependencies) {
      const links = await readLinks(dependencies, app.id, { hidesSecrets });
      const outcome = await deleteSubscription(
        dependencies,
        app.id,
        parameter('subscription'),
        precondition && ((subscription) => precondition(subscriptionObject(subscription, links))),
      );
      return outcome.kind === 'refused' ? outcome : answered(subscriptionObject(outcome.subscription, links));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/subscriptions/{subscription}/rewind',
    id: 'rewindSubscription',
    summary:
      "Read the subscription's topic from an earlier or later event on: with the first of a time, or with the one after a replay id",
    body: Rewind,
    answer: { status: 200, schema: RewoundSubscription },
    problems: ['not-found', 'unprocessable', 'in-use', 'try-again'],
    async run({ parameter, body, hidesSecrets }, app, dependencies) {
      const target: RewindTarget =
        typeof body.replay_id === 'string'
          ? { kind: 'replay-id', replayId: body.replay_id }
          : positionTarget(body.to ?? '');
      const outcome = await rewindSubscription(
        dependencies,
        app.id,
        parameter('subscription'),
        target,
        body.shared ?? false,
      );
      if (outcome.kind === 'refused') return outcome;
      const { from, positionAtMs, message } = outcome.start;
      return answered({
        ...subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id, { hidesSecrets })),
        start: { from, position_at: optionalTimeText(positionAtMs), message },
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/subscriptions/{subscription}/address',
    id: 'rotateInboundUrl',
    summary: 'Give a webhook subscription another inbound URL; the one before it works until the grace ends',
    body: AddressRotation,
    isBodyOptional: true,
    isRefusedToConsole: true,
    answer: { status: 200, schema: Subscription },
    problems: ['not-found', 'unprocessable', 'try-again'],
    async run({ parameter, body, hidesSecrets }, app, dependencies) {
      const outcome = await rotateAddress(
        dependencies,
        app.id,
        parameter('subscription'),
        body.grace ?? undefined,
      );
      if (outcome.kind === 'refused') return outcome;
      return answered(
        subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id, { hidesSecrets })),
      );
    },
  }),
  ...SOURCE_SCHEMAS.map(creationRoute),
];

/** The route that creates a subscription to the platform. */
function creationRoute({ source, request }: (typeof SOURCE_SCHEMAS)[number]): Route {
  return appRoute({
    method: 'POST',
    path: `/v1/tenants/{app}/platforms/${source.name}/subscriptions`,
    ...source.operation,
    body: request,
    answer: { status: 201, schema: Subscription },
    problems: [
      'invalid-name',
      'name-taken',
      'limit-reached',
      'not-found',
      'invalid-filter',
      ...source.refusals,
    ],
    async run({ body, hidesSecrets }, app, dependencies) {
      const settings = underNewerNames(body, source.olderNames);
      if (settings.kind === 'refused') return settings;
      const link = newLink('target', body.target, body.filter);
      if (link.kind === 'refused') return link;
      const outcome = await createSubscription(dependencies, app.id, source, {
        name: body.name,
        keepLast: body.keep_last,
        settings: settings.value,
        link: link.value,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered(
        subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id, { hidesSecrets })),
      );
    },
  });
}

/** The part of a request that concerns the subscription that it changes. */
async function ofSubscription(
  { precondition, hidesSecrets }: Pick<Input<never, never>, 'precondition' | 'hidesSecrets'>,
  app: App,
  dependencies: ApiDependencies,
): Promise<Change['precondition']> {
  if (precondition === undefined) return undefined;
  const links = await readLinks(dependencies, app.id, { hidesSecrets });
  return (subscription) => precondition(subscriptionObject(subscription, links));
}

function positionTarget(text: string): RewindTarget {
  if (text === 'earliest' || text === 'latest') return { kind: text };
  const atMs = parseDateTime(text);
  if (atMs === undefined) throw new Error('expected the schema to have refused a position that is no time');
  return { kind: 'time', atMs };
}
