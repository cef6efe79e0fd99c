import { type HttpRequest, type HttpResponse, json } from '../http.ts';
import type { Session } from '../oauth/tokens.ts';
import type { FieldValue, RecordValues } from '../org/change-events.ts';
import type { Refusal, Saved } from '../org/field-values.ts';
import { type EntityDefinition, isCompound } from '../org/fields.ts';
import type { ChangeContext } from '../org/records.ts';
import { fieldOf } from './soql.ts';

/** One authenticated request to the REST API. */
export interface Call {
  readonly request: HttpRequest;
  readonly session: Session;
  readonly version: string;
  readonly context: ChangeContext;
}

export function apiError(
  status: number,
  errorCode: string,
  message: string,
  fields?: readonly string[],
): HttpResponse {
  return json(status, [{ message, errorCode, ...(fields === undefined ? {} : { fields }) }]);
}

export const notFound = () => apiError(404, 'NOT_FOUND', 'The requested resource does not exist');

export interface SaveResult {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly { statusCode: string; message: string; fields: readonly string[] }[];
}

export function failed(refusal: Refusal): SaveResult {
  return {
    success: false,
    errors: [{ statusCode: refusal.errorCode, message: refusal.message, fields: refusal.fields }],
  };
}

export function saveResult(saved: Saved): SaveResult {
  return saved.ok ? { id: saved.id, success: true, errors: [] } : failed(saved.refusal);
}

export function refused(refusal: Refusal): HttpResponse {
  return apiError(refusal.status, refusal.errorCode, refusal.message, refusal.fields);
}

export function badJson(): HttpResponse {
  return apiError(
    400,
    'JSON_PARSER_ERROR',
    'The HTTP entity body is required to be a JSON object, but none was found.',
  );
}

/**
 * Compound fields as a record shows them beside their parts: with lower-case names, or null if no part has a value; a
 * name is one text.
 */
export function compoundFields(entity: EntityDefinition, values: RecordValues): Record<string, unknown> {
  return Object.fromEntries(
    entity.members.flatMap((member) => {
      if (!isCompound(member) || member.kind === 'personName' || member.kind === 'personOrBusiness')
        return [];
      const parts = member.parts.map(({ child, field }): [string, FieldValue] => [
        child.charAt(0).toLowerCase() + child.slice(1),
        values[field.name] ?? null,
      ]);
      const isEmpty = parts.every(([, value]) => value === null);
      return [[member.name, isEmpty ? null : Object.fromEntries(parts)]];
    }),
  );
}

/** A record as an answer shows it: its attributes and the fields asked for. */
export function present(
  version: string,
  entityName: string,
  values: RecordValues,
  names: readonly string[],
): Record<string, unknown> {
  const id = String(values['Id'] ?? '');
  const shown: Record<string, unknown> = {
    attributes: { type: entityName, url: `/services/data/v${version}/sobjects/${entityName}/${id}` },
  };
  for (const name of names) shown[name.trim()] = fieldOf(values, name.trim()) ?? null;
  return shown;
}
