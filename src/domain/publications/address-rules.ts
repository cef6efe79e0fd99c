/** Which addresses a target may have that are reached over HTTP. */
export interface AddressRules {
  /** Judges a URL that a user gave. */
  check(url: string): CheckedAddress;
}

export type CheckedAddress =
  /** The URL as it will be used: what the URL standard drops or rewrites is gone. */
  | { readonly ok: true; readonly url: string }
  /** A sentence that says what was expected; deliveries must not go there. */
  | { readonly ok: false; readonly message: string };
