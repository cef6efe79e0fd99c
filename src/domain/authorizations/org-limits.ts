/** The limits of a Salesforce org, and what is left of them. Implemented by `src/platforms/salesforce`. */
export interface OrgLimits {
  /** All of them, by Salesforce's names, e.g. `DailyDeliveredPlatformEvents`. Never throws for what Salesforce or the network did. */
  limits(appId: string, authorizationId: string): Promise<OrgLimitsAnswer>;
}

/** Deliveries, requests and the like, counted as Salesforce counts them. */
export interface OrgLimit {
  readonly max: number;
  /** Negative once more was used than allowed. */
  readonly remaining: number;
}

export type OrgLimitsAnswer =
  | { readonly kind: 'answered'; readonly value: { readonly [name: string]: OrgLimit } }
  /** The org has no such resource. */
  | { readonly kind: 'not-found' }
  /** not-authorized: the authorization gives no access token now. */
  | { readonly kind: 'not-authorized' | 'failed'; readonly message: string };
