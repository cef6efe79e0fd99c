/** What the webhook platform says of what it is to be given. */
export interface WebhookRules {
  /** A sentence that says what was expected when deliveries must not go there; undefined when they may. */
  urlFault(url: string): string | undefined;
  /** `whsec_…` */
  newSigningSecret(): string;
}
