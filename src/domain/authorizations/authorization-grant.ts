import type { Refusal } from '../refusal.ts';
import type { Authorization, AuthorizationFlow } from './authorization.ts';

/** How an app comes by an authorization, and how it ends. Kept by `src/platforms/salesforce`; used by `functions/api`. */
export interface AuthorizationGrant {
  /**
   * Makes and stores an authorization. `web` stores it pending, with the URL the person's browser is to go to; the other
   * flows ask Salesforce at once and store it active. Nothing is stored when it is refused (`name-taken`,
   * `unprocessable`, `authorization-refused`, `salesforce-unreachable`).
   */
  begin(request: GrantRequest): Promise<GrantBegun>;
  /**
   * Replaces the credentials of an authorization, which keeps its id and its org; what `change` leaves out stays. Salesforce
   * is asked first: until the new credentials have worked, the old ones stay in use. `web` answers with `pending`; the other
   * flows are done at once. Afterwards the old secrets are forgotten, and a grant that a person gave is ended. Nothing
   * changes when it is refused (as for `begin`; `authorization-refused` also for credentials of another org).
   */
  replace(authorization: Authorization, change: GrantChange): Promise<GrantBegun>;
  /** Salesforce sent the browser back: exchanges the code and makes the authorization active. */
  complete(callback: GrantCallback): Promise<GrantCompleted>;
  /** Ends the grant at Salesforce as far as that is possible; never throws for what Salesforce or the network did. */
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

/** What is absent stays as it is. */
export type GrantChange = Pick<GrantRequest, 'redirectUri'> & {
  readonly [K in Exclude<keyof GrantRequest, 'appId' | 'alias' | 'redirectUri'>]?:
    | GrantRequest[K]
    | undefined;
};

export type GrantBegun = { readonly kind: 'begun'; readonly authorization: Authorization } | Refusal;

/** The query of the callback, as it came. */
export interface GrantCallback {
  readonly state: string;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly errorDescription?: string | undefined;
}

export type GrantCompleted =
  | { readonly kind: 'completed'; readonly authorization: Authorization }
  /** For the person in front of the browser: what went wrong and what to do. */
  | { readonly kind: 'failed'; readonly message: string };

/** An app works with a few orgs; this keeps its list one page. */
export const AUTHORIZATIONS_PER_APP_MAX = 100;
