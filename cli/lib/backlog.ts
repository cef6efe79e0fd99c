import { PULL_BACKLOG_COUNTED_MAX } from '../../src/domain/deliveries/pull.ts';

/** A publication's events that wait to be pulled, for its details; nothing unless events are pulled from it. */
export function backlogText(
  backlog: { readonly count?: number | undefined; readonly oldest_at?: string | undefined } | undefined,
): { readonly backlog?: string; readonly oldest?: string | undefined } {
  const count = backlog?.count;
  if (count === undefined) return {};
  const more = count >= PULL_BACKLOG_COUNTED_MAX ? ' or more' : '';
  return { backlog: `${count}${more}`, oldest: backlog?.oldest_at };
}
