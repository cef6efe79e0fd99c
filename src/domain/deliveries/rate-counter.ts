import { isDue } from '../../base/due.ts';

/**
 * Limits the sends a second across all processes. A send above the limit gets a place in a line: its own time for the
 * next try, instead of retrying again and again until there is room.
 */
export interface RateCounter {
  /**
   * Counts what is about to be sent. Returns how many may be sent now; each of the others has a place in the line.
   * @param key what the limit applies to. A changed limit has a different key, so its line starts afresh
   */
  take(key: string, request: RateRequest): Promise<RatePlaces>;
}

export interface RateRequest {
  /** Above 0. */
  readonly ratePerSecond: number;
  /** At least 1. */
  readonly count: number;
  /** Whether they have waited in the line and their time has come. All others queue behind an existing line. */
  readonly hasWaited: boolean;
  readonly nowMs: number;
}

export interface RatePlaces {
  /** How many may be sent now. */
  readonly now: number;
  /** The times of the others, earliest first. */
  readonly laterMs: readonly number[];
}

/** Sends and places before these times are taken. */
export interface RateState {
  readonly sentUntilMs: number;
  readonly lineUntilMs: number;
}

/**
 * The burst size, as time at the given rate: any time span allows at most the rate times the span plus the burst.
 * Deliveries from the line arrive together, because queue delays are whole seconds and imprecise; with a smaller burst
 * they would lose their places for no other reason.
 */
const BURST_MS = { first: 1_000, waited: 3_000 } as const;
/** The longest line: later sends are tried at its end and get another place. After a week nobody wants an event. */
export const RATE_LINE_MS_MAX = 7 * 86_400_000;
/** A state is useless after this long. */
export const RATE_STATE_KEPT_MS = RATE_LINE_MS_MAX + 86_400_000;
/** Tolerance for places, because sums of fractional milliseconds are inexact. */
const ROUNDING = 1e-6;

const NOTHING_TAKEN: RateState = { sentUntilMs: 0, lineUntilMs: 0 };

export function rateStepMs(ratePerSecond: number): number {
  return 1_000 / ratePerSecond;
}

/** How far ahead of now sends may be counted. */
export function rateBurstMs({
  ratePerSecond,
  hasWaited,
}: Pick<RateRequest, 'ratePerSecond' | 'hasWaited'>): number {
  return Math.max(hasWaited ? BURST_MS.waited : BURST_MS.first, rateStepMs(ratePerSecond));
}

/** The furthest ahead of now that sends of any kind are counted. */
export function rateReachMs(ratePerSecond: number): number {
  return rateBurstMs({ ratePerSecond, hasWaited: true });
}

/** The state as of now: past times, and times that only a clock ahead can have set, become now. */
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

/** The end of the line, which is its next place. @param state as of now */
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

/** Applies the whole rule, for a store that reads and writes in one step. */
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
