import { expect, it } from 'vitest';
import { type Reading, readingOf, Watch } from './watch.ts';

const reading = (heart_rate: number, minute: number, patient = 'P'): Reading => ({
  reading_id: `${patient}-${minute}`,
  patient,
  heart_rate,
  measured: new Date(minute * 60_000).toISOString(),
});

function findings(...readings: readonly Reading[]): (string | undefined)[] {
  const watch = new Watch();
  return readings.map((each) => {
    const finding = watch.findingOf(each);
    watch.remember(each);
    return finding?.text;
  });
}

it('finds two high readings of a patient within ten minutes, in whatever order they come', () => {
  const both = 'P: 130, then 140 beats a minute';
  expect(findings(reading(130, 0), reading(140, 10))).toEqual([undefined, both]);
  expect(findings(reading(140, 10), reading(130, 0))).toEqual([undefined, both]);
});

it('leaves alone what is apart, normal, of another patient, or comes again', () => {
  expect(findings(reading(130, 0), reading(140, 11))).toEqual([undefined, undefined]);
  expect(findings(reading(121, 0), reading(120, 1))).toEqual([undefined, undefined]);
  expect(findings(reading(130, 0), reading(140, 1, 'Q'))).toEqual([undefined, undefined]);
  expect(findings(reading(130, 0), reading(130, 0))).toEqual([undefined, undefined]);
});

it('has the same id for a finding that is made again', () => {
  const watch = new Watch();
  watch.remember(reading(130, 0));
  expect(watch.findingOf(reading(140, 1))).toEqual(watch.findingOf(reading(140, 1)));
});

it.each([
  ['{', 'expected JSON'],
  ['null', 'expected device'],
  ['{"device":"d"}', 'expected patient'],
  ['{"device":"d","patient":"p","measured":"soon"}', 'expected measured'],
  ['{"device":"d","patient":"p","measured":"2026-11-29T10:00:00Z","heart_rate":301}', 'look at the sensor'],
])('refuses %s', (body, sentence) => {
  expect(readingOf(body)).toContain(sentence);
});
