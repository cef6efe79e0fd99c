import * as v from 'valibot';
import type { TokenScope } from '../../../src/domain/apps/app.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import { issueToken, revokeToken, TOKEN_LABEL_LENGTH_MAX } from '../../../src/management/apps/tokens.ts';
import { tokenObject } from '../objects.ts';
import type { ApiDependencies } from '../ports.ts';
import { type Answer, adminRoute, answer, appRoute, type Operation, type Route } from '../route.ts';

const ADMIN: TokenScope = { kind: 'admin' };
const NEW_TOKEN = v.strictObject({
  label: v.nullish(v.pipe(v.string(), v.maxLength(TOKEN_LABEL_LENGTH_MAX))),
});

async function list(scope: TokenScope, { tokens }: ApiDependencies): Promise<Answer> {
  return answer(200, (await tokens.list(scope)).map(tokenObject));
}

async function issue(
  scope: TokenScope,
  label: string | null | undefined,
  { tokens, clock }: ApiDependencies,
): Promise<Answer | Refusal> {
  const outcome = await issueToken(tokens, scope, label ?? '', clock.now());
  if (outcome.kind === 'refused') return outcome;
  return answer(201, { ...tokenObject(outcome.token), token: outcome.secret });
}

async function revoke(scope: TokenScope, id: string, { tokens }: ApiDependencies): Promise<Answer | Refusal> {
  const outcome = await revokeToken(tokens, scope, id);
  return outcome.kind === 'refused' ? outcome : answer(200, tokenObject(outcome.token));
}

function operations(of: 'Admin' | 'App'): { list: Operation; issue: Operation; revoke: Operation } {
  const whose = of === 'Admin' ? 'administration' : "app's";
  return {
    list: {
      id: `list${of}Tokens`,
      summary: `The ${whose} tokens, oldest first`,
      answer: { status: 200, schema: 'TokenList' },
      problems: [],
    },
    issue: {
      id: `create${of}Token`,
      summary:
        of === 'Admin'
          ? 'Make an administration token; it is shown this once'
          : 'Make an API token of the app; it is shown this once',
      body: 'NewToken',
      isBodyOptional: true,
      answer: { status: 201, schema: 'CreatedToken' },
      problems: ['limit-reached'],
    },
    revoke: {
      id: `delete${of}Token`,
      summary: 'Withdraw a token',
      answer: { status: 200, schema: 'Token' },
      problems: ['not-found'],
    },
  };
}

const admin = operations('Admin');
const ofApp = operations('App');

export const TOKEN_ROUTES: readonly Route[] = [
  adminRoute({
    method: 'GET',
    path: '/v1/tokens',
    operation: admin.list,
    run: (_input, dependencies) => list(ADMIN, dependencies),
  }),
  adminRoute({
    method: 'POST',
    path: '/v1/tokens',
    operation: admin.issue,
    body: NEW_TOKEN,
    run: ({ body }, dependencies) => issue(ADMIN, body.label, dependencies),
  }),
  adminRoute({
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    operation: admin.revoke,
    run: ({ parameter }, dependencies) => revoke(ADMIN, parameter('token'), dependencies),
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/tokens',
    operation: ofApp.list,
    run: (_input, app, dependencies) => list({ kind: 'app', appId: app.id }, dependencies),
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/tokens',
    operation: ofApp.issue,
    body: NEW_TOKEN,
    run: ({ body }, app, dependencies) => issue({ kind: 'app', appId: app.id }, body.label, dependencies),
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/tokens/{token}',
    operation: ofApp.revoke,
    run: ({ parameter }, app, dependencies) =>
      revoke({ kind: 'app', appId: app.id }, parameter('token'), dependencies),
  }),
];
