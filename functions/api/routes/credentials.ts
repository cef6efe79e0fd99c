import { publishUrl } from '../../../src/domain/apps/publish-url.ts';
import {
  issuePublishCredential,
  revokePublishCredential,
} from '../../../src/management/apps/publish-credentials.ts';
import {
  CreatedCredential,
  Credential,
  CredentialList,
  NewCredential,
} from '../../../src/management/apps/schema.ts';
import { LIST_QUERY, listPart } from '../list-part.ts';
import { credentialObject, isLogin } from '../objects/apps.ts';
import { answered, appRoute, type Route } from '../route.ts';

export const CREDENTIAL_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/credentials',
    id: 'listCredentials',
    summary: 'The publish and subscribe credentials of the app, oldest first',
    query: LIST_QUERY,
    answer: { status: 200, schema: CredentialList },
    problems: [],
    async run({ query }, app, { credentials }) {
      const shown = (await credentials.list(app.id)).filter(isLogin).map(credentialObject);
      return listPart(shown, ({ created_at, user }) => `${created_at} ${user}`, query);
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/credentials',
    id: 'createCredential',
    isRefusedToConsole: true,
    summary:
      'Make publish or subscribe credentials; the URL with its password is shown this once. Two at most of each, so that one can replace the other',
    body: NewCredential,
    isBodyOptional: true,
    answer: { status: 201, schema: CreatedCredential },
    problems: ['limit-reached'],
    async run({ body }, app, { credentials, clock, publishBaseUrl }) {
      const use = body.use ?? 'publish';
      const outcome = await issuePublishCredential(credentials, app.id, use, clock.now());
      if (outcome.kind === 'refused') return outcome;
      const { credential, password } = outcome;
      const url = publishUrl(publishBaseUrl, { user: credential.user, password });
      return answered({
        ...credentialObject(credential),
        ...(use === 'publish' ? { publish_url: url } : { subscribe_url: url }),
      });
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/credentials/{user}',
    id: 'deleteCredential',
    summary: 'Withdraw publish or subscribe credentials; requests with them end within ten seconds',
    answer: { status: 200, schema: Credential },
    problems: ['not-found'],
    async run({ parameter }, app, { credentials }) {
      const outcome = await revokePublishCredential(credentials, app.id, parameter('user'));
      return outcome.kind === 'refused' ? outcome : answered(credentialObject(outcome.credential));
    },
  }),
];
