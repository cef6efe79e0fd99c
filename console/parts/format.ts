// Numbers and times as people read them.

const NUMBERS = new Intl.NumberFormat();
const SHORT_NUMBERS = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const MOMENTS = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function number(value: number): string {
  return NUMBERS.format(value);
}

/** At most about five characters, for narrow places. */
export function shortNumber(value: number): string {
  return value < 10_000 ? NUMBERS.format(value) : SHORT_NUMBERS.format(value);
}

/** `1 event`, `2 events`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** Never 100 % or 0 % for a share that is only close to it. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const exact = (part / whole) * 100;
  const rounded = Math.round(exact);
  if (part !== whole && rounded === 100) return 'over 99 %';
  if (part !== 0 && rounded === 0) return 'under 1 %';
  return `${rounded} %`;
}

/** The two largest units: `3 min`, `2 h 5 min`, `850 ms`. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return twoUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return twoUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

function twoUnits(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % largeMs) / smallMs);
  return `${Math.floor(ms / largeMs)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** `3 min ago`, `in 2 h`, `now`. */
export function relative(atMs: number, nowMs: number): string {
  const distance = atMs - nowMs;
  if (Math.abs(distance) < 2 * SECOND_MS) return 'now';
  return distance < 0 ? `${duration(-distance)} ago` : `in ${duration(distance)}`;
}

export function moment(atMs: number): string {
  return MOMENTS.format(atMs);
}
