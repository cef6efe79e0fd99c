import * as v from 'valibot';
import { AUTHORIZATIONS_PER_APP_MAX } from '../../../src/domain/authorizations/authorization-grant.ts';
import { nameFault } from '../../../src/domain/names.ts';
import { refuse } from '../../../src/domain/refusal.ts';
import { deleteAuthorization } from '../../../src/management/authorizations/delete-authorization.ts';
import { notFound } from '../../../src/management/not-found.ts';
import { authorizationObject } from '../objects.ts';
import { either } from '../parse.ts';
import { answer, appRoute, type Route } from '../route.ts';

/** Where Salesforce sends the browser back to. */
export const CALLBACK_PATH = '/v1/oauth/callback';

export const AUTHORIZATION_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/authorizations',
    operation: {
      id: 'listAuthorizations',
      summary: 'The authorizations of the app, by alias',
      answer: { status: 200, schema: 'AuthorizationList' },
      problems: [],
    },
    async run(_input, app, { authorizations }) {
      return answer(200, (await authorizations.list(app.id)).map(authorizationObject));
    },
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/authorizations/{authorization}',
    operation: {
      id: 'showAuthorization',
      summary: 'One authorization',
      answer: { status: 200, schema: 'Authorization' },
      problems: ['not-found'],
    },
    async run({ parameter }, app, { authorizations }) {
      const authorization = await authorizations.get(app.id, parameter('authorization'));
      if (authorization === undefined) return notFound('authorization', parameter('authorization'));
      return answer(200, authorizationObject(authorization));
    },
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/authorizations/{authorization}',
    operation: {
      id: 'deleteAuthorization',
      summary: 'Delete an authorization that nothing uses, and end the grant at Salesforce',
      answer: { status: 200, schema: 'Authorization' },
      problems: ['not-found', 'in-use'],
    },
    async run({ parameter }, app, dependencies) {
      const outcome = await deleteAuthorization(dependencies, app.id, parameter('authorization'));
      return outcome.kind === 'refused' ? outcome : answer(200, authorizationObject(outcome.authorization));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/platforms/salesforce/authorizations',
    operation: {
      id: 'createSalesforceAuthorization',
      summary:
        'Begin to authorize an org: `extra.redirect_uri` is where the browser is to go. Flows without a browser are done at once',
      body: 'NewSalesforceAuthorization',
      answer: { status: 201, schema: 'Authorization' },
      problems: [
        'invalid-name',
        'name-taken',
        'limit-reached',
        'invalid-url',
        'authorization-refused',
        'salesforce-unreachable',
      ],
    },
    body: v.strictObject({
      alias: v.nullish(v.string()),
      org_name: v.nullish(v.string()),
      flow: v.nullish(v.picklist(['web', 'jwt', 'client-credentials', 'sfdx-url'])),
      login_url: v.nullish(v.string()),
      client_id: v.nullish(v.string()),
      client_secret: v.nullish(v.string()),
      private_key: v.nullish(v.string()),
      username: v.nullish(v.string()),
      sfdx_auth_url: v.nullish(v.string()),
      pubsub_endpoint: v.nullish(v.string()),
      insecure: v.nullish(v.boolean()),
    }),
    async run({ body }, app, { authorizations, grant, publicApiUrl }) {
      const alias = either(['alias', 'org_name'], [body.alias, body.org_name]);
      if (alias.kind === 'refused') return alias;
      const fault = nameFault(alias.value);
      if (fault !== undefined) return refuse('invalid-name', fault);
      const held = await authorizations.list(app.id);
      // An alias that is there takes no new place: it is refused, or begun anew.
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
        flow: body.flow ?? 'web',
        loginUrl: body.login_url ?? undefined,
        clientId: body.client_id ?? undefined,
        clientSecret: body.client_secret ?? undefined,
        privateKey: body.private_key ?? undefined,
        username: body.username ?? undefined,
        sfdxAuthUrl: body.sfdx_auth_url ?? undefined,
        pubsubEndpoint: body.pubsub_endpoint ?? undefined,
        insecure: body.insecure ?? undefined,
        redirectUri: `${publicApiUrl}${CALLBACK_PATH}`,
      });
      return outcome.kind === 'refused' ? outcome : answer(201, authorizationObject(outcome.authorization));
    },
  }),
];
