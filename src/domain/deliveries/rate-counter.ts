import { isDue } from '../../base/due.ts';

/**
 * Keeps all processes together within so many sendings a second. What is over the limit gets a place in a line: a time of its
 * own, at which it is tried again, instead of being tried again and again until there is room.
 */
export interface RateCounter {
  /**
   * Counts what is about to be sent. Answers how many of them may be sent now; each of the others has a place in the line.
   * @param key what has the limit. Another limit of the same thing has another key: its line begins anew
   */
  take(key: string, request: RateRequest): Promise<RatePlaces>;
}

export interface RateRequest {
  /** Above 0. */
  readonly ratePerSecond: number;
  /** At least 1. */
  readonly count: number;
  /** Whether they have been in the line, and their time has come. All others stay behind the line while there is one. */
  readonly hasWaited: boolean;
  readonly nowMs: number;
}

export interface RatePlaces {
  /** So many may be sent now. */
  readonly now: number;
  /** The times of the others, earliest first. */
  readonly laterMs: readonly number[];
}

/** The sendings and the places before these times are taken. */
export interface RateState {
  readonly sentUntilMs: number;
  readonly lineUntilMs: number;
}

/**
 * How much may be sent at once, in time at the given rate. In any span of time, at most the rate times the span and this one more.
 * Those of the line come together, because queues delay by whole seconds and are not punctual: with less, they would lose
 * their places to nothing but that.
 */
const BURST_MS = { first: 1_000, waited: 3_000 } as const;
/** The line is no longer than this: all that would come later comes then, and gets another place. After a week nobody waits for an event. */
export const RATE_LINE_MS_MAX = 7 * 86_400_000;
/** A state is of no use after this long. */
export const RATE_STATE_KEPT_MS = RATE_LINE_MS_MAX + 86_400_000;
/** Of a place: sums of fractions of milliseconds are not exact. */
const ROUNDING = 1e-6;

const NOTHING_TAKEN: RateState = { sentUntilMs: 0, lineUntilMs: 0 };

export function rateStepMs(ratePerSecond: number): number {
  return 1_000 / ratePerSecond;
}

/** How far ahead of now sendings may be counted, at the most. */
export function rateBurstMs({
  ratePerSecond,
  hasWaited,
}: Pick<RateRequest, 'ratePerSecond' | 'hasWaited'>): number {
  return Math.max(hasWaited ? BURST_MS.waited : BURST_MS.first, rateStepMs(ratePerSecond));
}

/** The furthest that sendings of any kind are counted ahead of now. */
export function rateReachMs(ratePerSecond: number): number {
  return rateBurstMs({ ratePerSecond, hasWaited: true });
}

/** The state without what has passed, and without what only a clock that was ahead can have set. No time in it is before now. */
export function rateStateAt(
  { sentUntilMs, lineUntilMs }: RateState = NOTHING_TAKEN,
  { ratePerSecond, nowMs }: Pick<RateRequest, 'ratePerSecond' | 'nowMs'>,
): RateState {
  return {
    sentUntilMs: isDue(sentUntilMs, nowMs, rateReachMs(ratePerSecond)) ? nowMs : sentUntilMs,
    lineUntilMs: isDue(lineUntilMs, nowMs, RATE_LINE_MS_MAX) ? nowMs : lineUntilMs,
  };
}

/** How many may be sent now. @param state as of now */
export function rateRoom({ sentUntilMs, lineUntilMs }: RateState, request: RateRequest): number {
  const { ratePerSecond, count, hasWaited, nowMs } = request;
  if (!hasWaited && lineUntilMs > nowMs) return 0;
  const roomMs = nowMs + rateBurstMs(request) - sentUntilMs;
  return Math.max(0, Math.min(count, Math.floor(roomMs / rateStepMs(ratePerSecond) + ROUNDING)));
}

/** Where the line ends: the next place in it. @param state as of now */
export function rateLineEndMs({ sentUntilMs, lineUntilMs }: RateState): number {
  return Math.max(sentUntilMs, lineUntilMs);
}

/** The times of `count` places of the line. */
export function ratePlacesFrom(
  fromMs: number,
  count: number,
  { ratePerSecond, nowMs }: Pick<RateRequest, 'ratePerSecond' | 'nowMs'>,
): readonly number[] {
  const stepMs = rateStepMs(ratePerSecond);
  return Array.from({ length: count }, (_, index) =>
    Math.ceil(Math.min(fromMs + index * stepMs, nowMs + RATE_LINE_MS_MAX)),
  );
}

/** The rule, for a store that reads and writes in one step. */
export function takeRate(
  state: RateState | undefined,
  request: RateRequest,
): { readonly places: RatePlaces; readonly state: RateState } {
  const { ratePerSecond, count, nowMs } = request;
  const stepMs = rateStepMs(ratePerSecond);
  const before = rateStateAt(state, request);
  const now = rateRoom(before, request);
  const sent: RateState = { ...before, sentUntilMs: before.sentUntilMs + now * stepMs };
  const waiting = count - now;
  if (waiting === 0) return { places: { now, laterMs: [] }, state: sent };
  const fromMs = rateLineEndMs(sent);
  return {
    places: { now, laterMs: ratePlacesFrom(fromMs, waiting, request) },
    state: { ...sent, lineUntilMs: Math.min(fromMs + waiting * stepMs, nowMs + RATE_LINE_MS_MAX) },
  };
}
