import type { Authorization } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { notFound } from '../not-found.ts';

export interface DeleteAuthorizationPorts {
  readonly authorizations: AuthorizationStore;
  readonly subscriptions: SubscriptionStore;
  readonly publications: PublicationStore;
  readonly grant: AuthorizationGrant;
}

/** Enough to know where to start. */
const USERS_NAMED_MAX = 10;

/** Removes an unused authorization unless the precondition refuses, and revokes the grant at Salesforce. */
export async function deleteAuthorization(
  ports: DeleteAuthorizationPorts,
  appId: string,
  aliasOrId: string,
  precondition: (current: Authorization) => Refusal | undefined,
): Promise<{ readonly kind: 'deleted'; readonly authorization: Authorization } | Refusal> {
  const { authorizations, grant } = ports;
  const authorization = await authorizations.get(appId, aliasOrId);
  if (authorization === undefined) return notFound('authorization', aliasOrId);
  const refused = precondition(authorization);
  if (refused !== undefined) return refused;
  const users = await usersOf(ports, authorization);
  if (users.length > 0) return inUse(authorization, users);
  if ((await authorizations.remove(appId, authorization.id)) === 'gone')
    return notFound('authorization', aliasOrId);
  // A use case that now starts to use it checks for it again after writing, so one of the two sees the other.
  const lateUsers = await usersOf(ports, authorization);
  if (lateUsers.length > 0) {
    await authorizations.create(authorization);
    return inUse(authorization, lateUsers);
  }
  await grant.revoke(authorization);
  return { kind: 'deleted', authorization };
}

function inUse(authorization: Authorization, users: readonly string[]): Refusal {
  const named = users.slice(0, USERS_NAMED_MAX).join(', ');
  const more = users.length > USERS_NAMED_MAX ? ` and ${users.length - USERS_NAMED_MAX} more` : '';
  return refuse(
    'in-use',
    `expected nothing to use the authorization ${authorization.alias}, found ${named}${more}: delete these first`,
  );
}

async function usersOf(
  { subscriptions, publications }: DeleteAuthorizationPorts,
  { appId, id }: Authorization,
): Promise<string[]> {
  const uses = (each: { platform: string; authorizationId?: string }) => each.authorizationId === id;
  return [
    ...(await subscriptions.list(appId)).filter(uses).map(({ name }) => `subscription ${name}`),
    ...(await publications.list(appId)).filter(uses).map(({ name }) => `publication ${name}`),
  ];
}
