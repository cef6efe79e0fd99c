import type { IngestField, IngestRecord } from '../../domain/authorizations/ingest-directory.ts';
import { kindOf } from './field-values.ts';

const SAMPLES = {
  text: 'sluice-test',
  number: 1,
  boolean: true,
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00.000Z',
  any: 'sluice-test',
} as const;

/** A record with a value in every field, for the test action; it is never stored. */
export function sampleRecord(fields: readonly IngestField[]): IngestRecord {
  return Object.fromEntries(fields.map((field) => [field.name, SAMPLES[kindOf(field)]]));
}
