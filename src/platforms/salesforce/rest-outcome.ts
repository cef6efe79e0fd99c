import type { PublishFailure, PublishOutcome } from './publish-batches.ts';
import { LIMIT_RETRY_AFTER_MS } from './publish-limits.ts';
import type { RestAnswer, SaveResult } from './rest.ts';

/**
 * Errors of the event itself, which will not change. Every other fault may heal, if only by human action, so the event
 * waits.
 */
const OF_THE_EVENT: ReadonlySet<string> = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_TYPE_ON_FIELD_IN_RECORD',
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  'JSON_PARSER_ERROR',
  'NUMBER_OUTSIDE_VALID_RANGE',
  'PAYLOAD_SIZE_EXCEEDED',
  'REQUIRED_FIELD_MISSING',
  'STRING_TOO_LONG',
]);
/** Messages of these errors repeat what was sent, so only the fields' names are shown. */
const MESSAGE_SHOWS_VALUE: ReadonlySet<string> = new Set(
  [...OF_THE_EVENT].filter(
    (code) =>
      code !== 'INVALID_FIELD' && code !== 'REQUIRED_FIELD_MISSING' && code !== 'PAYLOAD_SIZE_EXCEEDED',
  ),
);

/** A success also lists an "error", OPERATION_ENQUEUED, so only `success` decides. */
export function outcomeOfSave({ success, errors }: SaveResult): PublishOutcome {
  if (success) return { kind: 'delivered' };
  const [error] = errors;
  const code = error?.statusCode ?? 'UNKNOWN';
  const fields = error?.fields ?? [];
  const where = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
  const said = MESSAGE_SHOWS_VALUE.has(code) ? '' : `: ${error?.message ?? 'it did not say why'}`;
  return {
    kind: OF_THE_EVENT.has(code) ? 'rejected' : 'retry',
    errorId: errorIdOf(code),
    message: `Salesforce did not publish the event: ${code}${where}${said}`,
    retryAfterMs: retryAfterMs(code),
  };
}

/** The failure of a request that failed as a whole. */
export function failureOfRest(answer: Exclude<RestAnswer<never>, { kind: 'answered' }>): PublishFailure {
  if (answer.kind === 'not-authorized') return { errorId: 'not-authorized', message: answer.message };
  if (answer.kind === 'not-found') {
    return {
      errorId: 'publish-not_found',
      message: 'Salesforce does not have the REST resource to publish to',
    };
  }
  const { id, message } = answer;
  // Such an answer's body is an HTML page, and a parser's message repeats what it read.
  const isNoSentence = id.startsWith('ERROR_HTTP_') || MESSAGE_SHOWS_VALUE.has(id);
  return {
    errorId: errorIdOf(id),
    message: `Salesforce did not take the request: ${isNoSentence ? id : message}`,
    retryAfterMs: retryAfterMs(id),
  };
}

function errorIdOf(code: string): string {
  return `publish-${code.toLowerCase()}`;
}

/** LIMIT_EXCEEDED refers to the hourly events, REQUEST_LIMIT_EXCEEDED to the daily API requests. */
function retryAfterMs(code: string): number | undefined {
  return code.endsWith('LIMIT_EXCEEDED') ? LIMIT_RETRY_AFTER_MS : undefined;
}
