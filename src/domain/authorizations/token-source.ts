import type { AuthorizationReason, SalesforceSession } from './authorization.ts';

/** Provides the access token for everything that calls Salesforce. */
export interface TokenSource {
  /**
   * Returns a usable access token, but never `refusedToken`, which Salesforce has just refused. Renewal is
   * single-flight across all processes, and a rotated refresh token is stored before the new access token is used.
   */
  session(
    appId: string,
    authorizationId: string,
    options?: { readonly refusedToken?: string },
  ): Promise<SessionResult>;
}

/** Keeps an unused grant from expiring, and retries one that is failing. */
export interface TokenRenewer {
  /** Requests a new access token from Salesforce even if the stored one may still be valid. */
  renew(appId: string, authorizationId: string): Promise<SessionResult>;
}

export type SessionResult =
  | { readonly kind: 'session'; readonly session: SalesforceSession }
  /** A later attempt may succeed. */
  | { readonly kind: 'failing'; readonly reason: AuthorizationReason }
  /** Only a person can fix it. */
  | { readonly kind: 'dead'; readonly reason: AuthorizationReason }
  | { readonly kind: 'gone' };
