import { notFound } from '../../../src/management/not-found.ts';
import {
  changeSubscription,
  deleteSubscription,
} from '../../../src/management/subscriptions/change-subscription.ts';
import { createSubscription } from '../../../src/management/subscriptions/create-subscription.ts';
import {
  type RewindTarget,
  rewindSubscription,
} from '../../../src/management/subscriptions/rewind-subscription.ts';
import {
  NewGenerateSubscription,
  NewSalesforceSubscription,
  Rewind,
  Subscription,
  SubscriptionChange,
  SubscriptionDetail,
  SubscriptionList,
} from '../../../src/management/subscriptions/schema.ts';
import { feedObject } from '../objects/feeds.ts';
import { readLinks, subscriptionObject } from '../objects/links.ts';
import { either, newLink } from '../parse.ts';
import { answered, appRoute, type Route } from '../route.ts';

export const SUBSCRIPTION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/subscriptions',
    id: 'listSubscriptions',
    summary: 'The subscriptions of the app, by name',
    answer: { status: 200, schema: SubscriptionList },
    problems: [],
    async run(_input, app, dependencies) {
      const links = await readLinks(dependencies, app.id);
      return answered(links.subscriptions.map((subscription) => subscriptionObject(subscription, links)));
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/subscriptions/{subscription}',
    id: 'showSubscription',
    summary: 'One subscription; of an org, with the feed that it reads',
    answer: { status: 200, schema: SubscriptionDetail },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const subscription = await dependencies.subscriptions.get(app.id, parameter('subscription'));
      if (subscription === undefined) return notFound('subscription', parameter('subscription'));
      const [links, workers] = await Promise.all([
        readLinks(dependencies, app.id),
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
    problems: ['not-found', 'invalid-interval', 'invalid-mapping', 'try-again'],
    async run({ parameter, body }, app, dependencies) {
      const outcome = await changeSubscription(dependencies, app.id, parameter('subscription'), {
        paused: body.paused,
        onInvalidCursor: body.on_invalid_cursor,
        repair: body.repair,
        interval: body.interval,
        mapping: body.mapping,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered(subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/subscriptions/{subscription}',
    id: 'deleteSubscription',
    summary: 'Delete a subscription and its streams',
    answer: { status: 200, schema: Subscription },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const links = await readLinks(dependencies, app.id);
      const outcome = await deleteSubscription(dependencies, app.id, parameter('subscription'));
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
    answer: { status: 200, schema: Subscription },
    problems: ['not-found', 'in-use', 'try-again'],
    async run({ parameter, body }, app, dependencies) {
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
      return answered(subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/salesforce/subscriptions',
    id: 'createSalesforceSubscription',
    summary: 'Subscribe to a topic of an org; with `target`, link it to a publication in the same step',
    body: NewSalesforceSubscription,
    answer: { status: 201, schema: Subscription },
    problems: [
      'invalid-name',
      'name-taken',
      'limit-reached',
      'not-found',
      'invalid-filter',
      'authorization-not-active',
      'unknown-topic',
      'topic-not-permitted',
      'salesforce-unreachable',
    ],
    async run({ body }, app, dependencies) {
      const topic = either(['topic', 'event'], [body.topic, body.event]);
      if (topic.kind === 'refused') return topic;
      const alias = either(['alias', 'org_name'], [body.alias, body.org_name]);
      if (alias.kind === 'refused') return alias;
      const link = newLink('target', body.target, body.filter);
      if (link.kind === 'refused') return link;
      const outcome = await createSubscription(dependencies, app.id, {
        platform: 'salesforce',
        name: body.name,
        topic: topic.value,
        authorization: alias.value,
        replay: body.replay ?? 'latest',
        // What was missed is better late than never: events are kept for three days.
        onInvalidCursor: body.on_invalid_cursor ?? 'earliest',
        format: body.format ?? 'json',
        repair: body.repair ?? undefined,
        link: link.value,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered(subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/generate/subscriptions',
    id: 'createGenerator',
    summary:
      'Make events by a mapping, at an interval; with `target`, link it to a publication in the same step',
    body: NewGenerateSubscription,
    answer: { status: 201, schema: Subscription },
    problems: [
      'invalid-name',
      'name-taken',
      'limit-reached',
      'not-found',
      'invalid-filter',
      'invalid-interval',
      'invalid-mapping',
    ],
    async run({ body }, app, dependencies) {
      const link = newLink('target', body.target, body.filter);
      if (link.kind === 'refused') return link;
      const outcome = await createSubscription(dependencies, app.id, {
        platform: 'generate',
        name: body.name,
        interval: body.interval,
        mapping: body.mapping,
        link: link.value,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered(subscriptionObject(outcome.subscription, await readLinks(dependencies, app.id)));
    },
  }),
];

function positionTarget(text: string): RewindTarget {
  return text === 'earliest' || text === 'latest' ? { kind: text } : { kind: 'time', atMs: Date.parse(text) };
}
