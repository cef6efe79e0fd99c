import { beginningOfUtf8 } from '../../base/utf8.ts';
import { ANSWER_KEPT_BYTES_MAX, type AttemptOutcome } from '../../domain/deliveries/destination.ts';
import { errorDetail, jsonFields } from './http.ts';
import { LIMIT_RETRY_AFTER_MS } from './ingest-limits.ts';
import type { TenantAnswer } from './tenant-api.ts';

type Distributed<T> = T extends unknown ? Omit<T, 'durationMs'> : never;
export type IngestOutcome = Distributed<Exclude<AttemptOutcome, { kind: 'disabled' | 'kept' }>>;

/**
 * What the answer to a request means for each of its records. `of-a-record`: one record may be the cause, and the
 * others may succeed without it.
 */
export function outcomeOfAnswer(
  answer: TenantAnswer,
):
  | IngestOutcome
  | { readonly kind: 'of-a-record'; readonly alone: Extract<IngestOutcome, { kind: 'rejected' }> } {
  if (answer.kind === 'failed') {
    const { errorId, message, retryAfterMs } = answer;
    return { kind: 'retry', errorId, message, retryAfterMs };
  }
  if (answer.kind === 'no-answer') {
    return { kind: 'retry', errorId: 'no-answer', message: `Data Cloud did not answer: ${answer.message}` };
  }
  const { status, body } = answer;
  const fields = jsonFields(body);
  const kept = body === '' ? {} : { answer: beginningOfUtf8(Buffer.from(body), ANSWER_KEPT_BYTES_MAX) };
  if (status >= 200 && status < 300) {
    if (fields['accepted'] !== false) return { kind: 'delivered', status };
    return {
      kind: 'retry',
      errorId: 'not-accepted',
      message: `Data Cloud answered ${status}, and that it did not accept the records`,
      status,
      ...kept,
    };
  }
  const found = `${status}${errorDetail(body)}`;
  const retry = (errorId: string, message: string, retryAfterMs?: number): IngestOutcome => ({
    kind: 'retry',
    errorId,
    message,
    status,
    retryAfterMs,
    ...kept,
  });
  switch (status) {
    case 400:
    case 413:
    case 422:
      return {
        kind: 'of-a-record',
        alone: {
          kind: 'rejected',
          errorId: status === 413 ? 'record-too-large' : 'record-refused',
          message: `Data Cloud refused the record (${found}): compare it with the schema of the connector`,
          status,
          ...kept,
        },
      };
    case 401:
      return retry(
        'unauthorized',
        `Data Cloud refused a new token (${found}): check the scopes of the app and the permission sets of the user`,
      );
    case 403:
      return retry(
        'not-permitted',
        `The authorized user may not send to this connector (${found}): give the user a permission set of Data Cloud`,
      );
    case 404:
      return retry(
        'unknown-connector',
        `Data Cloud has no such connector or object (${found}): check that its data stream is deployed`,
      );
    case 429:
      return retry(
        'rate-limited',
        `Data Cloud takes 250 requests a second of an org, and got more (${found})`,
        answer.retryAfterMs ?? LIMIT_RETRY_AFTER_MS,
      );
    default:
      return retry(
        `http-${status}`,
        `Data Cloud did not take the records: it answered ${found}`,
        answer.retryAfterMs,
      );
  }
}
