import { parseRfc3339, timeText } from '../../base/calendar.ts';
import {
  HISTORY_SPAN_DEFAULT_MS,
  HISTORY_SPAN_MAX_MS,
  type HistorySpan,
} from '../../domain/history/delivery-history.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

/** Parses the time span of a search from RFC 3339. */
export function readHistorySpan(
  { from, until }: { readonly from?: string | undefined; readonly until?: string | undefined },
  nowMs: number,
): ({ readonly kind: 'span' } & HistorySpan) | Refusal {
  // The span includes entries written at this very moment.
  const untilMs = (until === undefined ? undefined : parseRfc3339(until)) ?? nowMs + 1;
  const fromMs = (from === undefined ? undefined : parseRfc3339(from)) ?? untilMs - HISTORY_SPAN_DEFAULT_MS;
  if (fromMs >= untilMs) {
    return refuse(
      'unprocessable',
      `expected "from" to be before "until", found ${timeText(fromMs)} and ${timeText(untilMs)}`,
    );
  }
  if (untilMs - fromMs > HISTORY_SPAN_MAX_MS) {
    return refuse(
      'unprocessable',
      `expected a time of at most ${HISTORY_SPAN_MAX_MS / 86_400_000} days, found ${timeText(fromMs)} to ${timeText(untilMs)}: ask for one part after the other`,
    );
  }
  return { kind: 'span', fromMs, untilMs };
}
