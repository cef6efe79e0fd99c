import type { Timestamp } from '../../values.ts';
import { type ClockReading, readClock } from './civil-date.ts';
import { Layout } from './go-time-layout.ts';
import { zoneAbbreviation } from './time-zone.ts';

/** The clock in the timestamp's zone, with the zone's abbreviation as Go prints it. */
export function clockOf(timestamp: Timestamp): ClockReading {
  const { epochNs, offsetSeconds, zone } = timestamp;
  return readClock(epochNs, offsetSeconds, zoneAbbreviation(zone, epochNs, offsetSeconds));
}

const GO_LAYOUT = new Layout('2006-01-02 15:04:05.999999999 -0700 MST');

/** A timestamp as Go prints it without a layout. */
export function goTimeText(timestamp: Timestamp): string {
  return GO_LAYOUT.format(clockOf(timestamp));
}
