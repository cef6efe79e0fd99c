import { Authorization } from '../../src/management/authorizations/schema.ts';
import { expectShape } from './api-client.ts';
import { type Reading, reading } from './reading.ts';

export const AuthorizationAnswer = reading(Authorization, 'params');
export type AuthorizationAnswer = Reading<typeof Authorization, 'params'>;

export function readAuthorization(answer: unknown): AuthorizationAnswer {
  return expectShape(AuthorizationAnswer, answer, 'the authorization');
}

/** The person's name for it; the pilot's first version knew an authorization only by its org name. */
export function aliasOf(authorization: AuthorizationAnswer): string {
  const { alias, params } = authorization;
  return alias ?? params.alias ?? params.org_name ?? authorization.id;
}

/** The pilot's sign of success is the instance URL; the newer one is the status. */
export function isActive(authorization: AuthorizationAnswer): boolean {
  const { status, params } = authorization;
  return status === undefined ? params.url !== undefined : status === 'active';
}
