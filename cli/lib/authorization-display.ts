import type { Authorization } from './api-objects.ts';

/** What the person calls it; the pilot's first version knew it by its org name only. */
export function aliasOf(authorization: Authorization): string {
  const { alias, params } = authorization;
  return alias ?? textOf(params['alias']) ?? textOf(params['org_name']) ?? authorization.id;
}

/** The pilot's sign of success is the instance URL; the newer one is the status. */
export function isActive(authorization: Authorization): boolean {
  if (authorization.status !== undefined) return authorization.status === 'active';
  return textOf(authorization.params['url']) !== undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
