import { takeFault } from '../faults.ts';
import type { FieldValue } from '../org/change-events.ts';
import { readFields } from '../org/field-values.ts';
import { platformEventTopic } from '../org/fields.ts';
import { recordId } from '../org/ids.ts';
import type { Org } from '../org/org.ts';
import { randomUuid } from '../random.ts';
import { failed, type SaveResult, saveResult } from './answers.ts';

/** Publishing over REST only enqueues: the result names the event's UUID in an "error" that is not one. */
export function publishEvent(org: Org, eventName: string, body: Record<string, unknown>): SaveResult {
  const definition = org.platformEvent(eventName);
  if (definition === undefined)
    return failed({
      errorCode: 'INVALID_TYPE',
      message: `sObject type '${eventName}' is not supported.`,
      fields: [],
      status: 400,
    });
  const refuse = (errorCode: string, message: string): SaveResult =>
    failed({ errorCode, message, fields: [], status: 400 });
  if (!definition.publishable || org.faults.deniedPublish.includes(platformEventTopic(definition.name))) {
    return refuse(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      `entity type cannot be inserted: ${definition.label}`,
    );
  }
  const read = readFields(definition.name, definition.fields, body);
  if ('refusal' in read) return saveResult(read.refusal);
  const missing = definition.fields
    .filter((field) => field.required === true && (read.values[field.name] ?? null) === null)
    .map((field) => field.name);
  if (missing.length > 0)
    return failed({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: `Required fields are missing: [${missing.join(', ')}]`,
      fields: missing,
      status: 400,
    });
  const uuid = randomUuid(org.random);
  const event = org.platformEventOf(
    definition.name,
    { ...defaultsOf(definition.fields), ...read.values },
    uuid,
  );
  const { faults } = org;
  if (!takeFault(faults, 'nextRestLost')) {
    const copies = takeFault(faults, 'nextRestDuplicates') ? [event, event] : [event];
    if (org.publish(platformEventTopic(definition.name), copies) === 'limit exceeded') {
      return refuse('LIMIT_EXCEEDED', 'The hourly event publishing limit was exceeded.');
    }
  }
  return {
    id: recordId('e01', 1),
    success: true,
    errors: [{ statusCode: 'OPERATION_ENQUEUED', message: uuid, fields: [] }],
  };
}

function defaultsOf(
  fields: readonly { name: string; defaultValue?: string | number | boolean }[],
): Record<string, FieldValue> {
  return Object.fromEntries(
    fields.flatMap((field) => (field.defaultValue === undefined ? [] : [[field.name, field.defaultValue]])),
  );
}
