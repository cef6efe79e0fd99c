import {
  type Authorization,
  KEEP_ALIVE_MS,
  type SalesforceSession,
} from '../../../domain/authorizations/authorization.ts';
import type { SecretBox, SecretContext } from '../../../domain/secret-box.ts';
import type { IssuedToken } from './token-client.ts';

export type SecretName = Exclude<keyof Authorization['secrets'], 'dataCloudToken'> | 'codeVerifier';

export function secretContext(
  authorization: { readonly appId: string; readonly id: string },
  secret: SecretName,
): SecretContext {
  return { appId: authorization.appId, resourceId: authorization.id, secret };
}

/**
 * The authorization after the token was issued: active, with the encrypted token. A pending login that will replace the
 * credentials stays pending.
 */
export async function withIssuedToken(
  authorization: Authorization,
  token: IssuedToken,
  secrets: SecretBox,
  nowMs: number,
): Promise<Authorization> {
  const [accessToken, refreshToken] = await Promise.all([
    secrets.encrypt(token.accessToken, secretContext(authorization, 'accessToken')),
    token.refreshToken === undefined
      ? authorization.secrets.refreshToken
      : secrets.encrypt(token.refreshToken, secretContext(authorization, 'refreshToken')),
  ]);
  return {
    ...authorization,
    status: 'active',
    reason: undefined,
    pending: isAwaited(authorization.pending, nowMs) ? authorization.pending : undefined,
    instanceUrl: token.instanceUrl,
    orgId: token.orgId,
    userId: token.userId,
    secrets: { ...authorization.secrets, accessToken, refreshToken },
    refreshedAtMs: nowMs,
    refreshDueAtMs: nowMs + KEEP_ALIVE_MS,
  };
}

function isAwaited(pending: Authorization['pending'], nowMs: number): boolean {
  return pending !== undefined && nowMs <= pending.expiresAtMs;
}

/** Whether a token issued to one is valid for the other: nobody has replaced the credentials in between. */
export function haveSameCredentials(one: Authorization, other: Authorization): boolean {
  return (
    one.flow === other.flow &&
    one.loginUrl === other.loginUrl &&
    one.clientId === other.clientId &&
    one.username === other.username &&
    // Each encryption gives a different ciphertext, so equal ones were written together.
    one.secrets.clientSecret === other.secrets.clientSecret &&
    one.secrets.privateKey === other.secrets.privateKey &&
    one.secrets.refreshToken === other.secrets.refreshToken
  );
}

export function sessionOf(token: IssuedToken): SalesforceSession {
  const { accessToken, instanceUrl, orgId, userId } = token;
  return { accessToken, instanceUrl, orgId, userId };
}
