import {
  type Authorization,
  KEEP_ALIVE_MS,
  type SalesforceSession,
} from '../../../domain/authorizations/authorization.ts';
import type { SecretBox, SecretContext } from '../../../domain/secret-box.ts';
import type { IssuedToken } from './token-client.ts';

export type SecretName = keyof Authorization['secrets'] | 'codeVerifier';

export function secretContext(
  authorization: { readonly appId: string; readonly id: string },
  secret: SecretName,
): SecretContext {
  return { appId: authorization.appId, resourceId: authorization.id, secret };
}

/** The authorization as it is once the token was issued: active, with the token under encryption. */
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
    pending: undefined,
    instanceUrl: token.instanceUrl,
    orgId: token.orgId,
    userId: token.userId,
    secrets: { ...authorization.secrets, accessToken, refreshToken },
    refreshedAtMs: nowMs,
    refreshDueAtMs: nowMs + KEEP_ALIVE_MS,
  };
}

export function sessionOf(token: IssuedToken): SalesforceSession {
  const { accessToken, instanceUrl, orgId, userId } = token;
  return { accessToken, instanceUrl, orgId, userId };
}
