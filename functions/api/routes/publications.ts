import type { App } from '../../../src/domain/apps/app.ts';
import { notFound } from '../../../src/management/not-found.ts';
import type { ProblemId } from '../../../src/management/problems/schema.ts';
import {
  type PublicationChange as Change,
  changePublication,
  deletePublication,
} from '../../../src/management/publications/change-publication.ts';
import { createPublication } from '../../../src/management/publications/create-publication.ts';
import { rotateSecret } from '../../../src/management/publications/rotate-secret.ts';
import {
  Publication,
  PublicationList,
  RotatedPublication,
  SecretRotation,
} from '../../../src/management/publications/schema.ts';
import { LIST_QUERY, listPart } from '../list-part.ts';
import { readBacklogs } from '../objects/backlogs.ts';
import { publicationObject, readLinks } from '../objects/links.ts';
import { newLink, underNewerNames } from '../parse.ts';
import { capitalized, PublicationChange, TARGET_SCHEMAS } from '../platform-schemas.ts';
import type { ApiDependencies } from '../ports.ts';
import { answered, appRoute, type Input, type Route } from '../route.ts';

export const PUBLICATION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/publications',
    id: 'listPublications',
    summary: 'The publications of the app, by name',
    query: LIST_QUERY,
    answer: { status: 200, schema: PublicationList },
    problems: [],
    async run({ query, hidesSecrets }, app, dependencies) {
      const links = await readLinks(dependencies, app.id, { hidesSecrets });
      const backlogs = await readBacklogs(dependencies, links.publications);
      const shown = links.publications.map((publication) =>
        publicationObject(publication, { ...links, backlogs }),
      );
      return listPart(shown, ({ name }) => name, query);
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/publications/{publication}',
    id: 'showPublication',
    summary: 'One publication',
    answer: { status: 200, schema: Publication },
    problems: ['not-found'],
    async run({ parameter, hidesSecrets }, app, dependencies) {
      const publication = await dependencies.publications.get(app.id, parameter('publication'));
      if (publication === undefined) return notFound('publication', parameter('publication'));
      const [links, backlogs] = await Promise.all([
        readLinks(dependencies, app.id, { hidesSecrets }),
        readBacklogs(dependencies, [publication]),
      ]);
      return answered(publicationObject(publication, { ...links, backlogs }));
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
    problems: [
      'not-found',
      'unprocessable',
      'invalid-url',
      'invalid-interval',
      'target-not-allowed',
      'try-again',
    ],
    isConditional: true,
    async run({ parameter, body, precondition, hidesSecrets }, app, dependencies) {
      const {
        paused,
        drain_rate: drainRate,
        retry,
        rate_limit: rateLimit,
        index_attempts: indexAttempts,
        ...settings
      } = body;
      const change = {
        paused,
        drainRate,
        retry,
        rateLimit,
        indexAttempts,
        settings,
        precondition: await ofPublication({ precondition, hidesSecrets }, app, dependencies),
      };
      const outcome = await changePublication(dependencies, app.id, parameter('publication'), change);
      if (outcome.kind === 'refused') return outcome;
      return answered(
        publicationObject(outcome.publication, await readLinks(dependencies, app.id, { hidesSecrets })),
      );
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/publications/{publication}',
    id: 'deletePublication',
    summary: 'Delete a publication and its streams; what is still on its way to it is discarded',
    answer: { status: 200, schema: Publication },
    problems: ['not-found'],
    isConditional: true,
    async run({ parameter, precondition, hidesSecrets }, app, dependencies) {
      const links = await readLinks(dependencies, app.id, { hidesSecrets });
      const outcome = await deletePublication(
        dependencies,
        app.id,
        parameter('publication'),
        precondition && ((publication) => precondition(publicationObject(publication, links))),
      );
      return outcome.kind === 'refused' ? outcome : answered(publicationObject(outcome.publication, links));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/publications/{publication}/secret',
    id: 'rotatePublicationSecret',
    summary:
      'Sign with another secret, which is shown this once; until the grace ends, deliveries have the signature of the former one as well',
    body: SecretRotation,
    isBodyOptional: true,
    isRefusedToConsole: true,
    answer: { status: 201, schema: RotatedPublication },
    problems: ['not-found', 'unprocessable', 'limit-reached', 'try-again'],
    async run({ parameter, body, hidesSecrets }, app, dependencies) {
      const outcome = await rotateSecret(dependencies, app.id, parameter('publication'), {
        grace: body.grace ?? undefined,
        secret: body.signing_secret ?? undefined,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered({
        ...publicationObject(outcome.publication, await readLinks(dependencies, app.id, { hidesSecrets })),
        ...outcome.shownOnce,
      });
    },
  }),
  ...TARGET_SCHEMAS.map(creationRoute),
];

/** The part of a request that concerns the publication that it changes. */
async function ofPublication(
  { precondition, hidesSecrets }: Pick<Input<never, never>, 'precondition' | 'hidesSecrets'>,
  app: App,
  dependencies: ApiDependencies,
): Promise<Change['precondition']> {
  if (precondition === undefined) return undefined;
  const links = await readLinks(dependencies, app.id, { hidesSecrets });
  return (publication) => precondition(publicationObject(publication, links));
}

/** Creates a publication to the platform. */
function creationRoute({ target, request, answer, answerName }: (typeof TARGET_SCHEMAS)[number]): Route {
  return appRoute({
    method: 'POST',
    path: `/v1/tenants/{app}/platforms/${target.name}/publications`,
    id: `create${capitalized(target.name)}Publication`,
    summary: target.summary,
    body: request,
    // Its answer has what is shown this once.
    isRefusedToConsole: answerName !== undefined,
    answer: { status: 201, schema: answer },
    problems: [
      ...new Set<ProblemId>([
        'invalid-name',
        'name-taken',
        'limit-reached',
        'not-found',
        'invalid-filter',
        'invalid-interval',
        'unprocessable',
        ...target.refusals,
      ]),
    ],
    async run({ body, hidesSecrets }, app, dependencies) {
      const settings = underNewerNames(body, target.olderNames);
      if (settings.kind === 'refused') return settings;
      const link = newLink('source', body.source, body.filter);
      if (link.kind === 'refused') return link;
      const outcome = await createPublication(dependencies, app.id, target, {
        name: body.name,
        settings: settings.value,
        retry: body.retry ?? null,
        rateLimit: body.rate_limit,
        indexAttempts: body.index_attempts ?? undefined,
        link: link.value,
      });
      if (outcome.kind === 'refused') return outcome;
      return answered({
        ...publicationObject(outcome.publication, await readLinks(dependencies, app.id, { hidesSecrets })),
        ...outcome.shownOnce,
      });
    },
  });
}
