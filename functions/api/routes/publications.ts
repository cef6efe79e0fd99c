import * as v from 'valibot';
import {
  DRAIN_RATE,
  PUBLISH_VIAS,
  WEBHOOK_TIMEOUT_SECONDS,
} from '../../../src/domain/publications/publication.ts';
import { notFound } from '../../../src/management/not-found.ts';
import {
  changePublication,
  deletePublication,
} from '../../../src/management/publications/change-publication.ts';
import { createPublication } from '../../../src/management/publications/create-publication.ts';
import { readLinks } from '../links.ts';
import { publicationObject } from '../objects.ts';
import { either, newLink } from '../parse.ts';
import { answer, appRoute, type Route } from '../route.ts';

export const PUBLICATION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/publications',
    operation: {
      id: 'listPublications',
      summary: 'The publications of the app, by name',
      answer: { status: 200, schema: 'PublicationList' },
      problems: [],
    },
    async run(_input, app, dependencies) {
      const links = await readLinks(dependencies, app.id);
      return answer(
        200,
        links.publications.map((publication) => publicationObject(publication, links)),
      );
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/publications/{publication}',
    operation: {
      id: 'showPublication',
      summary: 'One publication',
      answer: { status: 200, schema: 'Publication' },
      problems: ['not-found'],
    },
    async run({ parameter }, app, dependencies) {
      const publication = await dependencies.publications.get(app.id, parameter('publication'));
      if (publication === undefined) return notFound('publication', parameter('publication'));
      return answer(200, publicationObject(publication, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'PATCH',
    path: '/v1/tenants/{app}/publications/{publication}',
    operation: {
      id: 'changePublication',
      summary:
        'Pause, resume or enable a publication, or change where it goes; resuming sends what was parked, oldest first',
      body: 'PublicationChange',
      answer: { status: 200, schema: 'Publication' },
      problems: ['not-found', 'invalid-url', 'try-again'],
    },
    body: v.pipe(
      v.strictObject({
        paused: v.optional(v.boolean()),
        drain_rate: v.optional(
          v.pipe(
            v.number(),
            v.integer('expected "drain_rate" to be a whole number'),
            v.minValue(DRAIN_RATE.min),
            v.maxValue(DRAIN_RATE.max),
          ),
        ),
        url: v.optional(v.string()),
        token: v.optional(v.nullable(v.string())),
        via: v.optional(v.picklist(PUBLISH_VIAS)),
        retry: v.optional(v.nullable(v.array(v.string()))),
      }),
      v.check(
        (change) => Object.keys(change).length > 0,
        'expected at least one of paused, drain_rate, url, token, via and retry, found none',
      ),
    ),
    async run({ parameter, body }, app, dependencies) {
      const { drain_rate: drainRate, ...change } = body;
      const outcome = await changePublication(dependencies, app.id, parameter('publication'), {
        ...change,
        drainRate,
      });
      if (outcome.kind === 'refused') return outcome;
      return answer(200, publicationObject(outcome.publication, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/publications/{publication}',
    operation: {
      id: 'deletePublication',
      summary: 'Delete a publication and its streams; what is still on its way to it is discarded',
      answer: { status: 200, schema: 'Publication' },
      problems: ['not-found'],
    },
    async run({ parameter }, app, dependencies) {
      const links = await readLinks(dependencies, app.id);
      const outcome = await deletePublication(dependencies, app.id, parameter('publication'));
      return outcome.kind === 'refused'
        ? outcome
        : answer(200, publicationObject(outcome.publication, links));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/webhook/publications',
    operation: {
      id: 'createWebhookPublication',
      summary:
        'Publish to a webhook; its signing secret is shown this once. With `source`, link a subscription to it in the same step',
      body: 'NewWebhookPublication',
      answer: { status: 201, schema: 'CreatedWebhookPublication' },
      problems: ['invalid-name', 'name-taken', 'limit-reached', 'not-found', 'invalid-filter', 'invalid-url'],
    },
    body: v.strictObject({
      name: v.string(),
      url: v.string(),
      token: v.nullish(v.string()),
      content_mode: v.nullish(v.picklist(['structured', 'binary'])),
      timeout_seconds: v.nullish(
        v.pipe(
          v.number(),
          v.integer('expected "timeout_seconds" to be a whole number'),
          v.minValue(WEBHOOK_TIMEOUT_SECONDS.min),
          v.maxValue(WEBHOOK_TIMEOUT_SECONDS.max),
        ),
      ),
      retry: v.nullish(v.array(v.string())),
      source: v.nullish(v.string()),
      filter: v.nullish(v.string()),
    }),
    async run({ body }, app, dependencies) {
      const link = newLink('source', body.source, body.filter);
      if (link.kind === 'refused') return link;
      const outcome = await createPublication(dependencies, app.id, {
        platform: 'webhook',
        name: body.name,
        url: body.url,
        token: body.token ?? undefined,
        contentMode: body.content_mode ?? 'structured',
        timeoutSeconds: body.timeout_seconds ?? WEBHOOK_TIMEOUT_SECONDS.default,
        retry: body.retry ?? null,
        link: link.value,
      });
      if (outcome.kind === 'refused') return outcome;
      return answer(201, {
        ...publicationObject(outcome.publication, await readLinks(dependencies, app.id)),
        signing_secret: outcome.signingSecret,
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/salesforce/publications',
    operation: {
      id: 'createSalesforcePublication',
      summary:
        'Publish to a platform event of an org. With `source`, link a subscription to it in the same step',
      body: 'NewSalesforcePublication',
      answer: { status: 201, schema: 'Publication' },
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
    },
    body: v.strictObject({
      name: v.string(),
      topic: v.nullish(v.string()),
      event: v.nullish(v.string()),
      alias: v.nullish(v.string()),
      org_name: v.nullish(v.string()),
      via: v.nullish(v.picklist(PUBLISH_VIAS)),
      retry: v.nullish(v.array(v.string())),
      source: v.nullish(v.string()),
      filter: v.nullish(v.string()),
    }),
    async run({ body }, app, dependencies) {
      const topic = either(['topic', 'event'], [body.topic, body.event]);
      if (topic.kind === 'refused') return topic;
      const alias = either(['alias', 'org_name'], [body.alias, body.org_name]);
      if (alias.kind === 'refused') return alias;
      const link = newLink('source', body.source, body.filter);
      if (link.kind === 'refused') return link;
      const outcome = await createPublication(dependencies, app.id, {
        platform: 'salesforce',
        name: body.name,
        topic: topic.value,
        authorization: alias.value,
        via: body.via ?? 'pubsub',
        retry: body.retry ?? null,
        link: link.value,
      });
      if (outcome.kind === 'refused') return outcome;
      return answer(201, publicationObject(outcome.publication, await readLinks(dependencies, app.id)));
    },
  }),
];
