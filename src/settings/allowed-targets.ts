/** An AWS target to which an installation may send. */
export interface AllowedTarget {
  readonly arn: string;
  /** The apps that may use it. Undefined: every app. */
  readonly appIds: readonly string[] | undefined;
}

/** `any` is for a local run, where whoever creates a publication owns the credentials used to send. */
export type AllowedTargetList = 'any' | readonly AllowedTarget[];

/** A function's environment holds 4 KB in total. */
export const ALLOWED_TARGETS_CHARACTERS_MAX = 1_500;
export const ALLOWED_TARGETS_FORM =
  'ARNs with commas between, each with the ids of its apps after it where it is not for all of them, such as arn:aws:sqs:eu-central-1:123456789012:orders=<app id>|<app id>';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
// Excludes `*` and `?`, which a policy would treat as wildcards.
const ENTRY = new RegExp(String.raw`^(arn:[\w./:-]+?)(?:=(${UUID}(?:\|${UUID})*))?$`);

/** Parses `ARN,ARN=app|app,…` into the list, or returns the malformed entry. */
export function parseAllowedTargets(
  text: string,
): { readonly list: readonly AllowedTarget[] } | { readonly bad: string } {
  const list: AllowedTarget[] = [];
  for (const entry of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, arn, apps] = ENTRY.exec(entry) ?? [];
    if (arn === undefined) return { bad: entry };
    list.push({ arn, appIds: apps?.split('|') });
  }
  return { list };
}

/** Formats the list for the functions' environment. */
export function allowedTargetsText(list: readonly AllowedTarget[]): string {
  return list.map(({ arn, appIds }) => (appIds === undefined ? arn : `${arn}=${appIds.join('|')}`)).join(',');
}
