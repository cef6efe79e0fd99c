import { publishUrl } from '../../../src/domain/apps/publish-url.ts';
import { type Refusal, refuse } from '../../../src/domain/refusal.ts';
import { changeApp } from '../../../src/management/apps/change-app.ts';
import { createApp, deleteApp } from '../../../src/management/apps/manage-apps.ts';
import type { IssuedCredential } from '../../../src/management/apps/publish-credentials.ts';
import { App, AppChange, AppList, CreatedApp, NewApp } from '../../../src/management/apps/schema.ts';
import { LIST_QUERY, listPart } from '../list-part.ts';
import { appObject } from '../objects/apps.ts';
import { adminRoute, answered, type Route } from '../route.ts';

export const APP_ROUTES: readonly Route[] = [
  adminRoute({
    method: 'GET',
    path: '/v1/apps',
    id: 'listApps',
    summary: 'The apps of the installation, by name',
    query: LIST_QUERY,
    answer: { status: 200, schema: AppList },
    problems: [],
    async run({ query }, dependencies) {
      const apps = (await dependencies.apps.list()).map((app) => appObject(app, dependencies));
      return listPart(apps, ({ name }) => name, query);
    },
  }),
  adminRoute({
    method: 'POST',
    path: '/v1/apps',
    id: 'createApp',
    isRefusedToConsole: true,
    summary:
      'Make an app, its first API token and its first publish and subscribe credentials; secrets are shown this once',
    body: NewApp,
    answer: { status: 201, schema: CreatedApp },
    problems: ['invalid-name', 'name-taken', 'limit-reached'],
    async run({ body }, dependencies) {
      const outcome = await createApp(dependencies, body.name);
      if (outcome.kind === 'refused') return outcome;
      return answered({
        ...appObject(outcome.app, dependencies),
        publish_url: urlOf(outcome.publishCredential, dependencies),
        subscribe_url: urlOf(outcome.subscribeCredential, dependencies),
        token: outcome.token.secret,
      });
    },
  }),
  adminRoute({
    method: 'GET',
    path: '/v1/apps/{app}',
    id: 'showApp',
    summary: 'One app',
    answer: { status: 200, schema: App },
    problems: ['not-found'],
    async run({ parameter }, dependencies) {
      const app = await dependencies.apps.get(parameter('app'));
      return app === undefined ? missingApp(parameter('app')) : answered(appObject(app, dependencies));
    },
  }),
  adminRoute({
    method: 'PATCH',
    path: '/v1/apps/{app}',
    id: 'changeApp',
    summary: 'Change how long the app keeps what has ended',
    body: AppChange,
    answer: { status: 200, schema: App },
    problems: ['not-found', 'unprocessable'],
    async run({ parameter, body }, dependencies) {
      const outcome = await changeApp(dependencies, parameter('app'), body.retention);
      if (outcome === undefined) return missingApp(parameter('app'));
      return outcome.kind === 'refused' ? outcome : answered(appObject(outcome.app, dependencies));
    },
  }),
  adminRoute({
    method: 'DELETE',
    path: '/v1/apps/{app}',
    id: 'deleteApp',
    summary: 'Delete an app and everything it owns, and end its grants at Salesforce',
    answer: { status: 200, schema: App },
    problems: ['not-found'],
    async run({ parameter }, dependencies) {
      const app = await dependencies.apps.get(parameter('app'));
      if (app === undefined) return missingApp(parameter('app'));
      await deleteApp(dependencies, app);
      return answered(appObject(app, dependencies));
    },
  }),
];

function urlOf(
  { credential: { user }, password }: IssuedCredential,
  { publishBaseUrl }: { readonly publishBaseUrl: string },
): string {
  return publishUrl(publishBaseUrl, { user, password });
}

export function missingApp(given: string): Refusal {
  return refuse(
    'not-found',
    `expected the name or id of an app, found ${JSON.stringify(given.slice(0, 100))}; \`sluice apps\` lists them`,
  );
}
