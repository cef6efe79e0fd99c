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
import { credentialObject } from '../objects/apps.ts';
import { answered, appRoute, type Route } from '../route.ts';

export const CREDENTIAL_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/credentials',
    id: 'listCredentials',
    summary: 'The publish credentials of the app, oldest first',
    query: LIST_QUERY,
    answer: { status: 200, schema: CredentialList },
    problems: [],
    async run({ query }, app, { credentials }) {
      const shown = (await credentials.list(app.id)).map(credentialObject);
      return listPart(shown, ({ created_at, user }) => `${created_at} ${user}`, query);
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/credentials',
    id: 'createCredential',
    summary:
      'Make publish credentials; the URL with its password is shown this once. Two at most, so that one can replace the other',
    body: NewCredential,
    isBodyOptional: true,
    answer: { status: 201, schema: CreatedCredential },
    problems: ['limit-reached'],
    async run(_input, app, { credentials, clock, publishBaseUrl }) {
      const outcome = await issuePublishCredential(credentials, app.id, clock.now());
      if (outcome.kind === 'refused') return outcome;
      return answered({
        ...credentialObject(outcome.credential),
        publish_url: publishUrl(publishBaseUrl, {
          user: outcome.credential.user,
          password: outcome.password,
        }),
      });
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/credentials/{user}',
    id: 'deleteCredential',
    summary: 'Withdraw publish credentials; publishing with them ends within ten seconds',
    answer: { status: 200, schema: Credential },
    problems: ['not-found'],
    async run({ parameter }, app, { credentials }) {
      const outcome = await revokePublishCredential(credentials, app.id, parameter('user'));
      return outcome.kind === 'refused' ? outcome : answered(credentialObject(outcome.credential));
    },
  }),
];
