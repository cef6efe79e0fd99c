import { type HttpResponse, json } from '../http.ts';
import { isObject, stringOr } from '../json.ts';
import type { RecordValues } from '../org/change-events.ts';
import type { ManagedSubscriptions } from '../pubsub/managed-subscribe.ts';
import { apiError, badJson, type Call, notFound } from './answers.ts';
import { parseQuery, select } from './soql.ts';

export function toolingQuery(managed: ManagedSubscriptions, text: string): HttpResponse {
  const query = parseQuery(text);
  if (query === undefined)
    return apiError(
      400,
      'MALFORMED_QUERY',
      `unexpected token or a part of SOQL that the simulator does not know: ${text}`,
    );
  if (query.from.toLowerCase() !== 'managedeventsubscription')
    return apiError(400, 'INVALID_TYPE', `sObject type '${query.from}' is not supported.`);
  const rows = managed
    .all()
    .map(
      (item): RecordValues => ({ Id: item.id, DeveloperName: item.developerName, MasterLabel: item.label }),
    );
  const records = select(rows, query).map((row) => {
    const item = managed.find(String(row['Id']));
    const metadata = {
      defaultReplay: item?.defaultReplay,
      errorRecoveryReplay: item?.errorRecoveryReplay,
      label: item?.label,
      state: item?.state,
      topicName: item?.topicName,
    };
    const all: Record<string, unknown> = { ...row, Metadata: metadata };
    return Object.fromEntries(query.fields.map((name) => [name, all[name] ?? null]));
  });
  return json(200, {
    size: records.length,
    totalSize: records.length,
    done: true,
    queryLocator: null,
    entityTypeName: 'ManagedEventSubscription',
    records,
  });
}

/** Creating a managed subscription: POST …/tooling/sobjects/ManagedEventSubscription {FullName, Metadata}. */
export function toolingObject(
  managed: ManagedSubscriptions,
  call: Call,
  rest: readonly string[],
): HttpResponse {
  const body = call.request.json;
  const metadata = body?.['Metadata'];
  if (rest[0] !== 'ManagedEventSubscription') return notFound();
  if (call.request.method === 'PATCH' && rest[1] !== undefined && isObject(metadata)) {
    managed.setState(rest[1], metadata['state'] === 'STOP' ? 'STOP' : 'RUN');
    return { status: 204 };
  }
  if (call.request.method !== 'POST' || body === undefined || !isObject(metadata)) return badJson();
  const text = (value: unknown) => stringOr(value, '');
  try {
    const made = managed.define({
      developerName: text(body['FullName']),
      topicName: text(metadata['topicName']),
      defaultReplay: text(metadata['defaultReplay']),
      errorRecoveryReplay: text(metadata['errorRecoveryReplay']),
      label: text(metadata['label']),
    });
    return json(201, { id: made.id, success: true, errors: [], warnings: [], infos: [] });
  } catch (cause) {
    return apiError(400, 'FIELD_INTEGRITY_EXCEPTION', cause instanceof Error ? cause.message : String(cause));
  }
}
