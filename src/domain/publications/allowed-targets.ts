/**
 * The AWS targets to which an installation's apps may send. They need a list because the installation sends with its
 * own permissions, not with theirs.
 */
export interface AllowedTargets {
  /** Checks an ARN that an app gives now, or gave earlier. */
  check(appId: string, arn: string): AllowedTargetCheck;
}

export type AllowedTargetCheck =
  | { readonly ok: true }
  /** A sentence that says what was expected, and who can add the ARN and how. */
  | { readonly ok: false; readonly message: string };
