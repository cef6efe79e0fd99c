import type { Refusal } from '../refusal.ts';
import type { Authorization, AuthorizationFlow } from './authorization.ts';

/** Creates, replaces and revokes authorizations. Implemented by `src/platforms/salesforce`; used by `functions/api`. */
export interface AuthorizationGrant {
  /**
   * Creates and stores an authorization. `web` stores it as pending, with the URL that the person's browser has to
   * open; the other flows call Salesforce at once and store it as active. Nothing is stored on a refusal (`name-taken`,
   * `unprocessable`, `authorization-refused`, `salesforce-unreachable`).
   */
  begin(request: GrantRequest): Promise<GrantBegun>;
  /**
   * Replaces the credentials of an authorization, which retains its id, its org and everything that `change` omits. The
   * old ones stay in use until Salesforce has accepted the new ones. `web` answers with `pending`; the other flows
   * complete at once. Then the old secrets are deleted, and a grant that a person gave is revoked. Nothing changes on a
   * refusal (as for `begin`; `authorization-refused` also for credentials of another org).
   */
  replace(authorization: Authorization, change: GrantChange): Promise<GrantBegun>;
  /** Handles the browser's return from Salesforce: exchanges the code and activates the authorization. */
  complete(callback: GrantCallback): Promise<GrantCompleted>;
  /** Revokes the grant at Salesforce where possible; never throws for an error of Salesforce or the network. */
  revoke(authorization: Authorization): Promise<void>;
}

export interface GrantRequest {
  readonly appId: string;
  /** Checked by `nameFault`. */
  readonly alias: string;
  readonly flow: AuthorizationFlow;
  readonly loginUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** PEM; for `jwt`. */
  readonly privateKey?: string | undefined;
  /** For `jwt`. */
  readonly username?: string | undefined;
  /** For `sfdx-url`. */
  readonly sfdxAuthUrl?: string | undefined;
  readonly pubsubEndpoint?: string | undefined;
  readonly insecure?: boolean | undefined;
  /** Where Salesforce sends the browser back to. */
  readonly redirectUri: string;
}

/** An absent field stays unchanged. */
export type GrantChange = Pick<GrantRequest, 'redirectUri'> & {
  readonly [K in Exclude<keyof GrantRequest, 'appId' | 'alias' | 'redirectUri'>]?:
    | GrantRequest[K]
    | undefined;
};

export type GrantBegun = { readonly kind: 'begun'; readonly authorization: Authorization } | Refusal;

/** The raw query of the callback. */
export interface GrantCallback {
  readonly state: string;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly errorDescription?: string | undefined;
}

export type GrantCompleted =
  | { readonly kind: 'completed'; readonly authorization: Authorization }
  /** Tells the person at the browser what went wrong and what to do. */
  | { readonly kind: 'failed'; readonly message: string };

/** An app works with a few orgs; this limits its list to one page. */
export const AUTHORIZATIONS_PER_APP_MAX = 100;
