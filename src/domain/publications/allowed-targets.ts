/** To which targets in AWS the apps of an installation may send: the installation sends with its own rights, not with theirs. */
export interface AllowedTargets {
  /** Judges an ARN that an app gave, or has given before. */
  check(appId: string, arn: string): AllowedTargetCheck;
}

export type AllowedTargetCheck =
  | { readonly ok: true }
  /** A sentence that says what was expected, and who can add the ARN and how. */
  | { readonly ok: false; readonly message: string };
