import type { Timestamp } from '../../values.ts';
import { type ClockReading, readClock } from './civil-date.ts';
import { zoneAbbreviation } from './time-zone.ts';

/** The clock at the timestamp's place, with the zone's abbreviation as Go prints it. */
export function clockOf(timestamp: Timestamp): ClockReading {
  const { epochNs, offsetSeconds, zone } = timestamp;
  return readClock(epochNs, offsetSeconds, zoneAbbreviation(zone, epochNs, offsetSeconds));
}
