import { parseDecimal } from '../../base/whole-number.ts';
import { quoted } from '../fields.ts';
import { type Refusal, refuse } from '../refusal.ts';

/** At most `count` deliveries in each `per`, spread evenly. */
export interface RateLimit {
  readonly count: number;
  readonly per: RatePeriod;
}

const PERIOD_SECONDS = { s: 1, m: 60, h: 3_600 } as const;
export type RatePeriod = keyof typeof PERIOD_SECONDS;

/** A higher limit would have no effect: no process sends that much to one publication. */
const RATE_COUNT = { min: 1, max: 10_000 } as const;
export const RATE_LIMIT_PATTERN = /^(?<count>\d{1,9})\/(?<per>[smh])$/;

/** Parses a text such as `10/s`. null: no limit. */
export function readRateLimit(
  text: string | null,
): { readonly kind: 'rate'; readonly limit: RateLimit | undefined } | Refusal {
  if (text === null) return { kind: 'rate', limit: undefined };
  const { count: digits = '', per } = RATE_LIMIT_PATTERN.exec(text)?.groups ?? {};
  const count = parseDecimal(digits);
  if (count === undefined || count < RATE_COUNT.min || count > RATE_COUNT.max || !isPeriod(per)) {
    return refuse(
      'unprocessable',
      `expected the rate limit as a number from ${RATE_COUNT.min} to ${RATE_COUNT.max} with /s, /m or /h, such as 10/s or 100/m, found ${quoted(text)}`,
    );
  }
  return { kind: 'rate', limit: { count, per } };
}

/** Formats the limit as text. */
export function rateLimitText({ count, per }: RateLimit): string {
  return `${count}/${per}`;
}

/** Deliveries per second; may be below 1. */
export function ratePerSecond({ count, per }: RateLimit): number {
  return count / PERIOD_SECONDS[per];
}

function isPeriod(text: string | undefined): text is RatePeriod {
  return text !== undefined && Object.hasOwn(PERIOD_SECONDS, text);
}
