/** A record of the object `Readings` in Data Cloud. */
export interface Reading {
  readonly reading_id: string;
  readonly patient: string;
  /** Beats a minute. */
  readonly heart_rate: number;
  /** RFC 3339. */
  readonly measured: string;
}

const HIGH = 120;
const WITHIN_MS = 10 * 60_000;
/** A rate outside this range means that the sensor is faulty. */
const PLAUSIBLE = { min: 20, max: 300 } as const;
const NAME = /^[A-Za-z0-9-]{1,40}$/;

/** The reading that a device sent, or a sentence about what is wrong with it. */
export function readingOf(body: string): Reading | string {
  let found: unknown;
  try {
    found = JSON.parse(body);
  } catch {
    return 'expected JSON, found something else';
  }
  const { device, patient, heart_rate, measured }: Record<string, unknown> = Object(found);
  if (typeof device !== 'string' || !NAME.test(device)) return 'expected device to be a name';
  if (typeof patient !== 'string' || !NAME.test(patient)) return 'expected patient to be a name';
  const at = typeof measured === 'string' ? Date.parse(measured) : Number.NaN;
  if (Number.isNaN(at)) return 'expected measured to be a time, such as 2026-11-29T10:00:00Z';
  if (typeof heart_rate !== 'number' || heart_rate < PLAUSIBLE.min || heart_rate > PLAUSIBLE.max) {
    return `expected heart_rate to be a number from ${PLAUSIBLE.min} to ${PLAUSIBLE.max}, found ${JSON.stringify(heart_rate)}: look at the sensor`;
  }
  const time = new Date(at).toISOString();
  // The id is the same when the device sends the reading again.
  return { reading_id: `${device}-${time}`, patient, heart_rate, measured: time };
}

export interface Finding {
  readonly id: string;
  readonly text: string;
}

/** The high readings of each patient, in memory; a real app stores them in a database to survive a restart. */
export class Watch {
  readonly #high = new Map<string, Reading[]>();

  /** Undefined if there is nothing to review. Does not change the state. */
  findingOf(reading: Reading): Finding | undefined {
    if (reading.heart_rate <= HIGH) return undefined;
    const known = this.#high.get(reading.patient) ?? [];
    if (known.some(({ reading_id }) => reading_id === reading.reading_id)) return undefined;
    const other = known.find((each) => Math.abs(timeOf(each) - timeOf(reading)) <= WITHIN_MS);
    if (other === undefined) return undefined;
    // Changes may arrive in another order than the readings were taken.
    const [first, second] = timeOf(other) <= timeOf(reading) ? [other, reading] : [reading, other];
    return {
      id: `review-${first.reading_id}-${second.reading_id}`,
      text: `${first.patient}: ${first.heart_rate}, then ${second.heart_rate} beats a minute`,
    };
  }

  remember(reading: Reading): void {
    if (reading.heart_rate <= HIGH) return;
    const known = this.#high.get(reading.patient) ?? [];
    const others = known.filter(
      (each) =>
        each.reading_id !== reading.reading_id && Math.abs(timeOf(each) - timeOf(reading)) <= WITHIN_MS,
    );
    this.#high.set(reading.patient, [...others, reading]);
  }
}

function timeOf({ measured }: Reading): number {
  return Date.parse(measured);
}
