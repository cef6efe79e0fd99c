/** A target in AWS to which an installation may send. */
export interface AllowedTarget {
  readonly arn: string;
  /** The apps that may use it. Undefined: every app. */
  readonly appIds: readonly string[] | undefined;
}

/** `any` is for a local run, where whoever makes a publication owns the credentials that it is sent with. */
export type AllowedTargetList = 'any' | readonly AllowedTarget[];

/** The environment of a function holds 4 KB in all. */
export const ALLOWED_TARGETS_CHARACTERS_MAX = 1_500;
export const ALLOWED_TARGETS_FORM =
  'ARNs with commas between, each with the ids of its apps after it where it is not for all of them, such as arn:aws:sqs:eu-central-1:123456789012:orders=<app id>|<app id>';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
// Without `*` and `?`: a policy would take them for any characters.
const ENTRY = new RegExp(String.raw`^(arn:[\w./:-]+?)(?:=(${UUID}(?:\|${UUID})*))?$`);

/** Reads `ARN,ARN=app|app,…`; the list, or the entry that is not of this form. */
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

/** As the functions are told. */
export function allowedTargetsText(list: readonly AllowedTarget[]): string {
  return list.map(({ arn, appIds }) => (appIds === undefined ? arn : `${arn}=${appIds.join('|')}`)).join(',');
}
