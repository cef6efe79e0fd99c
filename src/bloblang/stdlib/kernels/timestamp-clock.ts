import type { Run } from '../../runtime.ts';
import type { Timestamp } from '../../values.ts';
import { type ClockReading, readClock } from './civil-date.ts';
import { Layout } from './go-time-layout.ts';
import { payForZone, zoneAbbreviation } from './time-zone.ts';

/** The clock in the timestamp's zone, with the zone's abbreviation as Go prints it. */
export function clockOf(timestamp: Timestamp, run?: Run): ClockReading {
  const { epochNs, offsetSeconds, zone } = timestamp;
  if (run !== undefined) payForZone(run, zone);
  return readClock(epochNs, offsetSeconds, zoneAbbreviation(zone, epochNs, offsetSeconds));
}

const GO_LAYOUT = new Layout('2006-01-02 15:04:05.999999999 -0700 MST');

/** A timestamp as Go prints it without a layout. */
export function goTimeText(timestamp: Timestamp, run?: Run): string {
  run?.step();
  return GO_LAYOUT.format(clockOf(timestamp, run));
}
