/** The limits of a Salesforce org and what remains of them. Implemented by `src/platforms/salesforce`. */
export interface OrgLimits {
  /**
   * Returns all limits under Salesforce's names, e.g. `DailyDeliveredPlatformEvents`. Never throws for an error of
   * Salesforce or the network.
   */
  limits(appId: string, authorizationId: string): Promise<OrgLimitsAnswer>;
}

/** Deliveries, requests and the like, counted as Salesforce counts them. */
export interface OrgLimit {
  readonly max: number;
  /** Negative once usage exceeds the limit. */
  readonly remaining: number;
}

export type OrgLimitsAnswer =
  | { readonly kind: 'answered'; readonly value: { readonly [name: string]: OrgLimit } }
  /** The org has no such resource. */
  | { readonly kind: 'not-found' }
  /** not-authorized: the authorization currently yields no access token. */
  | { readonly kind: 'not-authorized' | 'failed'; readonly message: string };
