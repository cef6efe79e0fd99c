import { oauthHttp } from './http.ts';
import { TokenClient } from './token-client.ts';
import { SalesforceTokenSource, type TokenSourcePorts } from './token-source.ts';

/** The token source of production: token endpoints over real HTTP. */
export function makeTokenSource(ports: Omit<TokenSourcePorts, 'tokens'>): SalesforceTokenSource {
  return new SalesforceTokenSource({ ...ports, tokens: new TokenClient(oauthHttp, () => ports.clock.now()) });
}
