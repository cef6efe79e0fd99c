import * as v from 'valibot';
import {
  AUTHORIZATIONS_PER_APP_MAX,
  type GrantChange,
} from '../../../src/domain/authorizations/authorization-grant.ts';
import { authorizationForUse, schemaForUse } from '../../../src/domain/authorizations/topic-use.ts';
import { nameFault } from '../../../src/domain/names.ts';
import { refuse } from '../../../src/domain/refusal.ts';
import { deleteAuthorization } from '../../../src/management/authorizations/delete-authorization.ts';
import {
  Authorization,
  AuthorizationChange,
  AuthorizationList,
  NewSalesforceAuthorization,
  TopicSchema,
} from '../../../src/management/authorizations/schema.ts';
import { startForAuthorization } from '../../../src/management/feeds/start-waiting-feeds.ts';
import { notFound } from '../../../src/management/not-found.ts';
import { LIST_QUERY, listPart } from '../list-part.ts';
import { authorizationObject } from '../objects/authorizations.ts';
import { either } from '../parse.ts';
import { answered, appRoute, type Route } from '../route.ts';

/** The path to which Salesforce sends the browser back. */
export const CALLBACK_PATH = '/v1/oauth/callback';

export const AUTHORIZATION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/authorizations',
    id: 'listAuthorizations',
    summary: 'The authorizations of the app, by alias',
    query: LIST_QUERY,
    answer: { status: 200, schema: AuthorizationList },
    problems: [],
    async run({ query }, app, { authorizations }) {
      const shown = (await authorizations.list(app.id)).map(authorizationObject);
      return listPart(shown, ({ alias }) => alias, query);
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/authorizations/{authorization}',
    id: 'showAuthorization',
    summary: 'One authorization',
    answer: { status: 200, schema: Authorization },
    problems: ['not-found'],
    async run({ parameter }, app, { authorizations }) {
      const authorization = await authorizations.get(app.id, parameter('authorization'));
      if (authorization === undefined) return notFound('authorization', parameter('authorization'));
      return answered(authorizationObject(authorization));
    },
  }),
  appRoute({
    method: 'PATCH',
    path: '/v1/tenants/{app}/authorizations/{authorization}',
    id: 'updateAuthorization',
    summary:
      'Replace the credentials of an authorization with others of the same org; subscriptions and publications keep it. What is not named stays as it is. With the flow `web`, `extra.redirect_uri` is where the browser is to go, and the old credentials stay in use until the login is done',
    body: AuthorizationChange,
    answer: { status: 200, schema: Authorization },
    problems: [
      'not-found',
      'unprocessable',
      'invalid-url',
      'authorization-refused',
      'salesforce-unreachable',
      'try-again',
    ],
    isConditional: true,
    async run({ body, parameter, precondition }, app, { authorizations, grant, publicApiUrl }) {
      const authorization = await authorizations.get(app.id, parameter('authorization'));
      if (authorization === undefined) return notFound('authorization', parameter('authorization'));
      const refused = precondition?.(authorizationObject(authorization));
      if (refused !== undefined) return refused;
      const outcome = await grant.replace(authorization, credentials(body, publicApiUrl));
      return outcome.kind === 'refused' ? outcome : answered(authorizationObject(outcome.authorization));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/authorizations/{authorization}',
    id: 'deleteAuthorization',
    summary: 'Delete an authorization that nothing uses, and end the grant at Salesforce',
    answer: { status: 200, schema: Authorization },
    problems: ['not-found', 'in-use'],
    isConditional: true,
    async run({ parameter, precondition }, app, dependencies) {
      const outcome = await deleteAuthorization(
        dependencies,
        app.id,
        parameter('authorization'),
        (authorization) => precondition?.(authorizationObject(authorization)),
      );
      return outcome.kind === 'refused' ? outcome : answered(authorizationObject(outcome.authorization));
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/authorizations/{authorization}/schema',
    id: 'showTopicSchema',
    summary: 'Which data the events of a topic have, as Salesforce says now',
    query: v.strictObject({ topic: v.pipe(v.string(), v.description('such as /event/Order_Placed__e')) }),
    answer: { status: 200, schema: TopicSchema },
    problems: [
      'not-found',
      'authorization-not-active',
      'unknown-topic',
      'topic-not-permitted',
      'unprocessable',
      'salesforce-unreachable',
    ],
    async run({ parameter, query: { topic } }, app, { authorizations, eventSchemas }) {
      const authorization = await authorizationForUse(authorizations, app.id, parameter('authorization'));
      if ('kind' in authorization) return authorization;
      const found = await schemaForUse(eventSchemas, authorization, topic);
      if (found.kind === 'refused') return found;
      return answered({
        topic,
        schema_id: found.schemaId,
        event_types: found.eventTypes,
        data_schema: found.dataSchema,
      });
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/salesforce/authorizations',
    id: 'createSalesforceAuthorization',
    summary:
      'Begin to authorize an org: `extra.redirect_uri` is where the browser is to go. Flows without a browser are done at once',
    body: NewSalesforceAuthorization,
    answer: { status: 201, schema: Authorization },
    problems: [
      'invalid-name',
      'name-taken',
      'limit-reached',
      'unprocessable',
      'invalid-url',
      'authorization-refused',
      'salesforce-unreachable',
    ],
    async run({ body }, app, dependencies) {
      const { authorizations, grant, publicApiUrl } = dependencies;
      const alias = either(['alias', 'org_name'], [body.alias, body.org_name]);
      if (alias.kind === 'refused') return alias;
      const fault = nameFault(alias.value);
      if (fault !== undefined) return refuse('invalid-name', fault);
      const held = await authorizations.list(app.id);
      // An existing alias takes no new place: it is refused, or begun anew.
      const isNew = !held.some((each) => each.alias === alias.value);
      if (isNew && held.length >= AUTHORIZATIONS_PER_APP_MAX) {
        return refuse(
          'limit-reached',
          `expected at most ${AUTHORIZATIONS_PER_APP_MAX} authorizations in an app, found ${held.length}: delete one that is no longer used`,
        );
      }
      const outcome = await grant.begin({
        appId: app.id,
        alias: alias.value,
        ...credentials(body, publicApiUrl),
        flow: body.flow ?? 'web',
      });
      if (outcome.kind === 'refused') return outcome;
      const { authorization } = outcome;
      // Without a browser login, the authorization is active at once.
      if (authorization.status === 'active') await startForAuthorization(dependencies, authorization);
      return answered(authorizationObject(authorization));
    },
  }),
];

function credentials(body: AuthorizationChange, publicApiUrl: string): GrantChange {
  return {
    flow: body.flow ?? undefined,
    loginUrl: body.login_url ?? undefined,
    clientId: body.client_id ?? undefined,
    clientSecret: body.client_secret ?? undefined,
    privateKey: body.private_key ?? undefined,
    username: body.username ?? undefined,
    sfdxAuthUrl: body.sfdx_auth_url ?? undefined,
    pubsubEndpoint: body.pubsub_endpoint ?? undefined,
    insecure: body.insecure ?? undefined,
    redirectUri: `${publicApiUrl}${CALLBACK_PATH}`,
  };
}
