/** What is counted for an app, under the names that its log shows. docs/heroku-logs.md says what each one counts. */
export const APP_COUNT_NAMES = [
  'events-delivered',
  'attempts-failed',
  'events-given-up',
  'events-filtered',
  'log-lines-dropped',
] as const;
export type AppCountName = (typeof APP_COUNT_NAMES)[number];

/** Non-negative integers; an absent name counts as 0. */
export type AppCounts = { readonly [N in AppCountName]?: number };

export function addCounts(counts: AppCounts, others: AppCounts): AppCounts {
  const sum: { [N in AppCountName]?: number } = { ...counts };
  for (const name of APP_COUNT_NAMES) {
    const added = others[name] ?? 0;
    if (added > 0) sum[name] = (sum[name] ?? 0) + added;
  }
  return sum;
}
