import { timeKind } from './fit.ts';
import type { RecordNode } from './schema.ts';

/** Salesforce fills them in, and its REST API refuses them. */
const FILLED_IN: ReadonlySet<string> = new Set(['CreatedDate', 'CreatedById']);

/**
 * Fitted values as the REST API takes them: times as texts, nothing that is null, so that what the sender left out gets
 * the default of its field.
 */
export function restFields(
  schema: RecordNode,
  fitted: { readonly [field: string]: unknown },
): { readonly [field: string]: unknown } {
  const fields: { [field: string]: unknown } = {};
  for (const field of schema.fields) {
    const value = fitted[field.name];
    if (value === null || value === undefined || FILLED_IN.has(field.name)) continue;
    const number = typeof value === 'bigint' ? Number(value) : value;
    const time = timeKind(field);
    fields[field.name] = time === undefined || typeof number !== 'number' ? number : timeText(number, time);
  }
  return fields;
}

/** What no calendar has stays a number: Salesforce refuses it, naming the field. */
function timeText(ms: number, kind: 'DateTime' | 'DateOnly'): string | number {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return ms;
  return kind === 'DateOnly' ? date.toISOString().slice(0, 10) : date.toISOString();
}
