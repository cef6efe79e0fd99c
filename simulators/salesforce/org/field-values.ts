import { parseDate, parseDateTime, parseTimeOfDay } from '../../../src/base/calendar.ts';
import { parseDecimal } from '../../../src/base/whole-number.ts';
import type { FieldValue, RecordValues } from './change-events.ts';
import { type EntityDefinition, type FieldDefinition, flatFields, isCompound } from './fields.ts';

/** A refusal in the words of the REST API. */
export interface Refusal {
  readonly errorCode: string;
  readonly message: string;
  readonly fields: readonly string[];
  readonly status: number;
}

export type Saved =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** Integer fields have 32 bits. */
const INTEGER_MAX = 2_147_483_647;

export function refuse(
  errorCode: string,
  message: string,
  fields: readonly string[] = [],
  status = 400,
): Saved {
  return { ok: false, refusal: { errorCode, message, fields, status } };
}

export function isFieldValue(value: unknown): value is FieldValue {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

/** A date-time may be a date only. */
function pointInTime(value: FieldValue): number | undefined {
  return typeof value === 'string' ? (parseDateTime(value) ?? parseDate(value)) : undefined;
}

/** The value as the org stores it, or why it cannot. */
function coerce(field: FieldDefinition, value: unknown): { value: FieldValue } | { refusal: Saved } {
  if (value === null || value === '') return { value: null };
  if (!isFieldValue(value))
    return {
      refusal: refuse(
        'JSON_PARSER_ERROR',
        `Cannot deserialize instance of ${field.type} from ${typeof value} value`,
        [field.name],
      ),
    };
  const wrong = () => ({
    refusal: refuse(
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
      `${field.name}: value not of required type: ${String(value)}`,
      [field.name],
    ),
  });
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean'
        ? { value }
        : value === 'true' || value === 'false'
          ? { value: value === 'true' }
          : wrong();
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      const number = typeof value === 'string' ? parseDecimal(value) : value;
      return typeof number === 'number' &&
        Number.isFinite(number) &&
        (field.type !== 'int' || (Number.isInteger(number) && Math.abs(number) <= INTEGER_MAX))
        ? { value: number }
        : wrong();
    }
    case 'date':
      return typeof value === 'string' && pointInTime(value) !== undefined
        ? { value: value.slice(0, 10) }
        : wrong();
    case 'datetime': {
      const at = pointInTime(value);
      return at === undefined ? wrong() : { value: new Date(at).toISOString().replace('Z', '+0000') };
    }
    case 'time': {
      const at = parseTimeOfDay(String(value));
      return at === undefined ? wrong() : { value: new Date(at).toISOString().slice('1970-01-01T'.length) };
    }
    case 'id':
    case 'string':
    case 'textarea':
    case 'email':
    case 'phone':
    case 'url':
    case 'picklist':
    case 'multipicklist':
    case 'encryptedstring':
    case 'reference': {
      const written = String(value);
      if (field.length !== undefined && written.length > field.length) {
        return {
          refusal: refuse(
            'STRING_TOO_LONG',
            `${field.label ?? field.name}: data value too large: ${written.slice(0, 80)} (max length=${field.length})`,
            [field.name],
          ),
        };
      }
      return { value: written };
    }
  }
}

/** Parses and checks a body of fields against a list of definitions. */
export function readFields(
  owner: string,
  definitions: readonly FieldDefinition[],
  body: Record<string, unknown>,
): { values: RecordValues } | { refusal: Saved } {
  const values: RecordValues = {};
  const byName = new Map(definitions.map((field) => [field.name.toLowerCase(), field]));
  for (const [name, value] of Object.entries(body)) {
    if (name === 'attributes') continue;
    const field = byName.get(name.toLowerCase());
    if (field === undefined)
      return { refusal: refuse('INVALID_FIELD', `No such column '${name}' on sobject of type ${owner}`) };
    if (field.readOnly === true) {
      return {
        refusal: refuse(
          'INVALID_FIELD_FOR_INSERT_UPDATE',
          `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
          [field.name],
        ),
      };
    }
    const coerced = coerce(field, value);
    if ('refusal' in coerced) return coerced;
    values[field.name] = coerced.value;
  }
  return { values };
}

export function isPersonOrBusiness(entity: EntityDefinition): boolean {
  return entity.members.some((member) => isCompound(member) && member.kind === 'personOrBusiness');
}

/**
 * The fields that a client may name in a body. A business account's Name is one text, in addition to the parts of a
 * person's name.
 */
export function writableFields(entity: EntityDefinition): FieldDefinition[] {
  const fields = flatFields(entity);
  return isPersonOrBusiness(entity) ? [{ name: 'Name', type: 'string', length: 255 }, ...fields] : fields;
}
