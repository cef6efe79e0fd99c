import type { AuthorizationReason, SalesforceSession } from './authorization.ts';

/** Where everything that talks to Salesforce gets its access token. */
export interface TokenSource {
  /**
   * A usable access token. `refusedToken` is one that Salesforce just refused: the answer will not be that one again.
   * Renewal is single flight over all processes, and a rotated refresh token is stored before the new access token is used.
   */
  session(
    appId: string,
    authorizationId: string,
    options?: { readonly refusedToken?: string },
  ): Promise<SessionResult>;
}

/** Keeps a grant from ending when nobody uses it, and heals one that is failing. */
export interface TokenRenewer {
  /** Asks Salesforce for a new access token, although the one that is stored may still be good. */
  renew(appId: string, authorizationId: string): Promise<SessionResult>;
}

export type SessionResult =
  | { readonly kind: 'session'; readonly session: SalesforceSession }
  /** May work later. */
  | { readonly kind: 'failing'; readonly reason: AuthorizationReason }
  /** Only a person can mend it. */
  | { readonly kind: 'dead'; readonly reason: AuthorizationReason }
  | { readonly kind: 'gone' };
