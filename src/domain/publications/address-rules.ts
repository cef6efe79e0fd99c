/** Which addresses a target may have that are reached over HTTP. */
export interface AddressRules {
  /** A sentence that says what was expected, when deliveries must not go there; undefined when they may. */
  urlFault(url: string): string | undefined;
}
