import type { Weight } from '../../parts/badge.tsx';

interface Words {
  readonly weight: Weight;
  readonly text: string;
}

/** Of an attempt, by what followed it. */
export const OUTCOMES: Readonly<Record<string, Words>> = {
  delivered: { weight: 'good', text: 'delivered' },
  kept: { weight: 'good', text: 'kept to be pulled' },
  retry: { weight: 'warn', text: 'failed, tried again' },
  parked: { weight: 'warn', text: 'parked' },
  rejected: { weight: 'bad', text: 'rejected' },
  exhausted: { weight: 'bad', text: 'given up' },
  disabled: { weight: 'bad', text: 'publication disabled' },
  dropped: { weight: 'note', text: 'dropped by the filter' },
};

/** Of a delivery, as it is now. */
export const STATUSES: Readonly<Record<string, Words>> = {
  delivered: { weight: 'good', text: 'delivered' },
  available: { weight: 'good', text: 'matched, waits to be pulled' },
  waiting: { weight: 'warn', text: 'matched, waits for a retry' },
  parked: { weight: 'warn', text: 'matched, parked' },
  rejected: { weight: 'bad', text: 'rejected' },
  exhausted: { weight: 'bad', text: 'matched, given up' },
  discarded: { weight: 'note', text: 'discarded by a person' },
  dropped: { weight: 'note', text: 'dropped by the filter' },
  unknown: { weight: 'warn', text: 'not known any more' },
};
