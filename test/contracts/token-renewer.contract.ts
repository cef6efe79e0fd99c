import { expect, it } from 'vitest';
import type { TokenRenewer, TokenSource } from '../../src/domain/authorizations/token-source.ts';

export interface TokenRenewerHarness {
  readonly renewer: TokenRenewer;
  /** The token source of another process, which reads what was renewed. */
  readonly tokens: TokenSource;
  readonly appId: string;
  readonly authorizationId: string;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
}

export function tokenRenewerContract(harness: () => TokenRenewerHarness): void {
  it('takes a new access token while the stored one is good, for everyone', async () => {
    const { renewer, tokens, appId, authorizationId } = harness();
    const first = await renewer.renew(appId, authorizationId);
    const second = await renewer.renew(appId, authorizationId);
    expect([first.kind, second.kind]).toEqual(['session', 'session']);
    expect(second).not.toEqual(first);
    expect(await tokens.session(appId, authorizationId)).toEqual(second);
  });

  it('says that the grant has ended, or was never made', async () => {
    const { renewer, appId, authorizationId, endAuthorization } = harness();
    expect(await renewer.renew(appId, 'never-made')).toEqual({ kind: 'gone' });
    endAuthorization();
    expect((await renewer.renew(appId, authorizationId)).kind).toBe('dead');
  });
}
