import { WEBHOOK_TIMEOUT_SECONDS } from '../../../src/domain/publications/publication.ts';
import { notFound } from '../../../src/management/not-found.ts';
import {
  changePublication,
  deletePublication,
} from '../../../src/management/publications/change-publication.ts';
import { createPublication } from '../../../src/management/publications/create-publication.ts';
import {
  CreatedWebhookPublication,
  NewSalesforcePublication,
  NewWebhookPublication,
  Publication,
  PublicationChange,
  PublicationList,
} from '../../../src/management/publications/schema.ts';
import { publicationObject, readLinks } from '../objects/links.ts';
import { either, newLink } from '../parse.ts';
import { answered, appRoute, type Route } from '../route.ts';

export const PUBLICATION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/publications',
    id: 'listPublications',
    summary: 'The publications of the app, by name',
    answer: { status: 200, schema: PublicationList },
    problems: [],
    async run(_input, app, dependencies) {
      const links = await readLinks(dependencies, app.id);
      return answered(links.publications.map((publication) => publicationObject(publication, links)));
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/publications/{publication}',
    id: 'showPublication',
    summary: 'One publication',
    answer: { status: 200, schema: Publication },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const publication = await dependencies.publications.get(app.id, parameter('publication'));
      if (publication === undefined) return notFound('publication', parameter('publication'));
      return answered(publicationObject(publication, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'PATCH',
    path: '/v1/tenants/{app}/publications/{publication}',
    id: 'changePublication',
    summary:
      'Pause, resume or enable a publication, or change where it goes; resuming sends what was parked, oldest first',
    body: PublicationChange,
    answer: { status: 200, schema: Publication },
    problems: ['not-found', 'invalid-url', 'try-again'],
    async run({ parameter, body }, app, dependencies) {
      const { drain_rate: drainRate, ...change } = body;
      const outcome = await changePublication(dependencies, app.id, parameter('publication'), {
        ...change,
        drainRate,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered(publicationObject(outcome.publication, await readLinks(dependencies, app.id)));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/publications/{publication}',
    id: 'deletePublication',
    summary: 'Delete a publication and its streams; what is still on its way to it is discarded',
    answer: { status: 200, schema: Publication },
    problems: ['not-found'],
    async run({ parameter }, app, dependencies) {
      const links = await readLinks(dependencies, app.id);
      const outcome = await deletePublication(dependencies, app.id, parameter('publication'));
      return outcome.kind === 'refused' ? outcome : answered(publicationObject(outcome.publication, links));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/webhook/publications',
    id: 'createWebhookPublication',
    summary:
      'Publish to a webhook; its signing secret is shown this once. With `source`, link a subscription to it in the same step',
    body: NewWebhookPublication,
    answer: { status: 201, schema: CreatedWebhookPublication },
    problems: ['invalid-name', 'name-taken', 'limit-reached', 'not-found', 'invalid-filter', 'invalid-url'],
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
      const { publication, signingSecret } = outcome;
      if (signingSecret === undefined) throw new Error('expected a new webhook to have a signing secret');
      return answered({
        ...publicationObject(publication, await readLinks(dependencies, app.id)),
        signing_secret: signingSecret,
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/salesforce/publications',
    id: 'createSalesforcePublication',
    summary:
      'Publish to a platform event of an org. With `source`, link a subscription to it in the same step',
    body: NewSalesforcePublication,
    answer: { status: 201, schema: Publication },
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
      return answered(publicationObject(outcome.publication, await readLinks(dependencies, app.id)));
    },
  }),
];
