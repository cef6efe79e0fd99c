import type { TokenScope } from '../../../src/domain/apps/app.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import { CreatedToken, NewToken, Token, TokenList } from '../../../src/management/apps/schema.ts';
import { issueToken, revokeToken } from '../../../src/management/apps/tokens.ts';
import { LIST_QUERY, type ListQuery, listPart } from '../list-part.ts';
import { tokenObject } from '../objects/apps.ts';
import type { ApiDependencies } from '../ports.ts';
import { type Answered, adminRoute, answered, appRoute, type Route } from '../route.ts';
import type { Shown } from '../shown.ts';

const ADMIN: TokenScope = { kind: 'admin' };

type ShownToken = Shown<typeof Token>;

async function list(
  scope: TokenScope,
  query: ListQuery,
  { tokens }: ApiDependencies,
): Promise<Answered<readonly ShownToken[]>> {
  const shown = (await tokens.list(scope)).map(tokenObject);
  return listPart(shown, ({ created_at, id }) => `${created_at} ${id}`, query);
}

async function issue(
  scope: TokenScope,
  label: string | null | undefined,
  { tokens, clock }: ApiDependencies,
): Promise<Answered<Shown<typeof CreatedToken>> | Refusal> {
  const outcome = await issueToken(tokens, scope, label ?? '', clock.now());
  if (outcome.kind === 'refused') return outcome;
  return answered({ ...tokenObject(outcome.token), token: outcome.secret });
}

async function revoke(
  scope: TokenScope,
  id: string,
  { tokens }: ApiDependencies,
): Promise<Answered<ShownToken> | Refusal> {
  const outcome = await revokeToken(tokens, scope, id);
  return outcome.kind === 'refused' ? outcome : answered(tokenObject(outcome.token));
}

/** What the routes for both kinds of tokens share. */
function operations(of: 'Admin' | 'App') {
  const whose = of === 'Admin' ? 'administration' : "app's";
  return {
    list: {
      id: `list${of}Tokens`,
      summary: `The ${whose} tokens, oldest first`,
      query: LIST_QUERY,
      answer: { status: 200, schema: TokenList },
      problems: [],
    },
    issue: {
      id: `create${of}Token`,
      isRefusedToConsole: true,
      summary:
        of === 'Admin'
          ? 'Make an administration token; it is shown this once'
          : 'Make an API token of the app; it is shown this once',
      body: NewToken,
      isBodyOptional: true,
      answer: { status: 201, schema: CreatedToken },
      problems: ['limit-reached'],
    },
    revoke: {
      id: `delete${of}Token`,
      summary: 'Withdraw a token',
      answer: { status: 200, schema: Token },
      problems: ['not-found'],
    },
  } as const;
}

const admin = operations('Admin');
const ofApp = operations('App');

export const TOKEN_ROUTES: readonly Route[] = [
  adminRoute({
    method: 'GET',
    path: '/v1/tokens',
    ...admin.list,
    run: ({ query }, dependencies) => list(ADMIN, query, dependencies),
  }),
  adminRoute({
    method: 'POST',
    path: '/v1/tokens',
    ...admin.issue,
    run: ({ body }, dependencies) => issue(ADMIN, body.label, dependencies),
  }),
  adminRoute({
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    ...admin.revoke,
    run: ({ parameter }, dependencies) => revoke(ADMIN, parameter('token'), dependencies),
  }),
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/tokens',
    ...ofApp.list,
    run: ({ query }, app, dependencies) => list({ kind: 'app', appId: app.id }, query, dependencies),
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/tokens',
    ...ofApp.issue,
    run: ({ body }, app, dependencies) => issue({ kind: 'app', appId: app.id }, body.label, dependencies),
  }),
  appRoute({
    method: 'DELETE',
    path: '/v1/tenants/{app}/tokens/{token}',
    ...ofApp.revoke,
    run: ({ parameter }, app, dependencies) =>
      revoke({ kind: 'app', appId: app.id }, parameter('token'), dependencies),
  }),
];
