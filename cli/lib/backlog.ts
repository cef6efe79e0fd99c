import { PULL_BACKLOG_COUNTED_MAX } from '../../src/domain/deliveries/pull.ts';

/** What waits to be pulled from a publication, for a list of its details; nothing for one that is not pulled. */
export function backlogText(
  backlog: { readonly count?: number | undefined; readonly oldest_at?: string | undefined } | undefined,
): { readonly backlog?: string; readonly oldest?: string | undefined } {
  const count = backlog?.count;
  if (count === undefined) return {};
  const more = count >= PULL_BACKLOG_COUNTED_MAX ? ' or more' : '';
  return { backlog: `${count}${more}`, oldest: backlog?.oldest_at };
}
