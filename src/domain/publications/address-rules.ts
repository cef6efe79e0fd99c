/** Rules for the addresses of targets that are reached over HTTP. */
export interface AddressRules {
  /** Checks a URL that a user gave. */
  check(url: string): CheckedAddress;
}

export type CheckedAddress =
  /** The URL in the form in which it will be used, normalized by the URL standard. */
  | { readonly ok: true; readonly url: string }
  /** A sentence that says what was expected; deliveries must not go there. */
  | { readonly ok: false; readonly message: string };
