import { unreachable } from '../../base/unreachable.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/** How an attempt left its delivery. */
export type AttemptEnding = 'delivered' | 'kept' | 'retry' | 'rejected' | 'exhausted' | 'disabled' | 'parked';

/** Counts one attempt. @param errorId of the failure; undefined if the target took the event */
export function countAttempt(metrics: Metrics, ending: AttemptEnding, errorId: string | undefined): void {
  metrics.count('Attempts');
  if (ending === 'delivered') {
    metrics.count('Delivered');
    return;
  }
  // A kept delivery counts as delivered only when it is pulled.
  if (ending === 'kept') return;
  metrics.countFailed({ Stage: 'send', Reason: failureReason(errorId ?? '') });
  switch (ending) {
    case 'retry':
      metrics.count('Retried');
      break;
    case 'rejected':
      metrics.count('Rejected');
      metrics.count('GivenUp');
      break;
    case 'exhausted':
      metrics.count('Exhausted');
      metrics.count('GivenUp');
      break;
    case 'disabled':
      // The log message counts the disabled publication; the delivery is counted as parked.
      break;
    case 'parked':
      // The delivery is counted where it is parked.
      break;
    default:
      unreachable(ending);
  }
}

/**
 * Counts a delivery that met an internal error instead of an outcome. The alarm compares this count with that of
 * attempts.
 */
export function countDeliveryError(metrics: Metrics): void {
  metrics.count('DeliveryErrors');
  metrics.count('Attempts');
}

/** The values of `failureReason`. Each one that occurs costs a metric, so there are few; the log has the exact id. */
export const FAILURE_REASONS = [
  'filter',
  'order-key',
  'timeout',
  'connection',
  'http-3xx',
  'http-4xx',
  'http-5xx',
  'throttled',
  'event',
  'authorization',
  'handshake',
  'other',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

const REASONS: Readonly<Record<string, FailureReason>> = {
  timeout: 'timeout',
  'connect-timeout': 'timeout',
  'connection-refused': 'connection',
  'connection-reset': 'connection',
  'connection-closed': 'connection',
  'connections-busy': 'connection',
  'name-not-found': 'connection',
  'name-not-resolved': 'connection',
  'host-unreachable': 'connection',
  'address-not-public': 'connection',
  'address-not-allowed': 'connection',
  'tls-failed': 'connection',
  'network-error': 'connection',
  'http-429': 'throttled',
  'rate-limited': 'throttled',
  throttled: 'throttled',
  'field-mismatch': 'event',
  'event-too-large': 'event',
  'event-refused': 'event',
  'oauth-refused': 'authorization',
  'oauth-unavailable': 'authorization',
  'oauth-unreadable': 'authorization',
  'authorization-gone': 'authorization',
  'not-authorized': 'authorization',
  'access-denied': 'authorization',
  'key-refused': 'authorization',
  'target-not-allowed': 'authorization',
  'aws-credentials': 'authorization',
  'handshake-refused': 'handshake',
  'handshake-unanswered': 'handshake',
};
const HTTP_STATUS = /^http-([345])\d\d$/;

/** The kind of a failed attempt. Ids that are not listed here are `other`. */
export function failureReason(errorId: string): FailureReason {
  const known = Object.hasOwn(REASONS, errorId) ? REASONS[errorId] : undefined;
  if (known !== undefined) return known;
  if (errorId.endsWith('limit_exceeded')) return 'throttled';
  switch (HTTP_STATUS.exec(errorId)?.[1]) {
    case '3':
      return 'http-3xx';
    case '4':
      return 'http-4xx';
    case '5':
      return 'http-5xx';
    default:
      return 'other';
  }
}
