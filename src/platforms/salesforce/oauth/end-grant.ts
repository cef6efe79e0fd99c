import type { Authorization } from '../../../domain/authorizations/authorization.ts';
import type { SecretBox } from '../../../domain/secret-box.ts';
import { describeError } from '../../../telemetry/describe-error.ts';
import type { Log, LogFields } from '../../../telemetry/logger.ts';
import { type SecretName, secretContext } from './issued.ts';
import type { TokenClient } from './token-client.ts';

// Apart from how an app comes by a grant, so that who only ends some does not load the rest.

export interface EndGrantPorts {
  readonly secrets: SecretBox;
  readonly tokens: Pick<TokenClient, 'revoke'>;
  readonly log: Log;
}

/** Ends what Salesforce gave for an authorization; what cannot be ended is told of. Never throws. */
export async function endGrant(ports: EndGrantPorts, authorization: Authorization): Promise<void> {
  const { secrets, flow } = authorization;
  const open = async (name: SecretName, ciphertext: string | undefined) =>
    ciphertext === undefined
      ? undefined
      : ports.secrets.decrypt(ciphertext, secretContext(authorization, name));
  try {
    // An imported refresh token is still the `sf` CLI's: ending it would log the person out there.
    const token = flow === 'sfdx-url' ? undefined : await open('refreshToken', secrets.refreshToken);
    await endToken(ports, authorization, token ?? (await open('accessToken', secrets.accessToken)));
  } catch (error) {
    // What cannot be decrypted cannot be revoked either; the authorization goes all the same.
    logNotRevoked(ports, authorization, describeError(error));
  }
}

/** @param token undefined: there is nothing to end */
export async function endToken(
  ports: Pick<EndGrantPorts, 'tokens' | 'log'>,
  authorization: Authorization,
  token: string | undefined,
): Promise<void> {
  if (token === undefined || (await ports.tokens.revoke(authorization.loginUrl, token))) return;
  logNotRevoked(ports, authorization, { error: 'Salesforce did not answer 200' });
}

function logNotRevoked(
  { log }: Pick<EndGrantPorts, 'log'>,
  { appId, id, alias }: Authorization,
  why: LogFields,
): void {
  log.write('AUTHORIZATION_NOT_REVOKED', { appId, authorizationId: id, alias, ...why });
}
