import type { CloudEvent } from './cloud-event.ts';

/** The base of all errors of this library. The message says what was expected, what was found and what to do. */
export class SluiceError extends Error {
  override readonly name: string = 'SluiceError';
}

/** A mistake in the caller's own arguments; nothing was sent. */
export class InvalidInputError extends SluiceError {
  override readonly name = 'InvalidInputError';
}

export interface PublishFailure {
  /** HTTP status of the last response; absent if there was none. */
  readonly status?: number | undefined;
  /** The `id` of the problem document, such as `unprocessable-event`. */
  readonly problemId?: string | undefined;
  readonly attempts: number;
  readonly id: string;
  readonly accepted?: readonly string[];
  readonly remaining?: readonly CloudEvent[];
  readonly cause?: unknown;
}

/** Some or all events of a publish were not accepted, or the response was lost. */
export class PublishError extends SluiceError {
  override readonly name: string = 'PublishError';
  readonly status: number | undefined;
  readonly problemId: string | undefined;
  /** The number of requests for the events that failed. */
  readonly attempts: number;
  /** The id of the first event that was not accepted. Publish it with this id again, so that receivers see a repeat. */
  readonly id: string;
  /** Ids of the events that `publishEvents` queued before the failure. */
  readonly accepted: readonly string[];
  /** The other events of `publishEvents`, with their ids. Pass them to it to continue. */
  readonly remaining: readonly CloudEvent[];

  constructor(message: string, failure: PublishFailure) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.status = failure.status;
    this.problemId = failure.problemId;
    this.attempts = failure.attempts;
    this.id = failure.id;
    this.accepted = failure.accepted ?? [];
    this.remaining = failure.remaining ?? [];
  }
}

/** The service refused the event. It would refuse the same request again, so the request is not retried. */
export class PublishRefusedError extends PublishError {
  override readonly name = 'PublishRefusedError';
}

/** The service was unreachable or could not take the event within the time limit. Try again later with the same id. */
export class PublishUnavailableError extends PublishError {
  override readonly name = 'PublishUnavailableError';
}

/** The caller's signal aborted the publish; its reason is the `cause`. */
export class PublishAbortedError extends PublishError {
  // Code that handles aborts checks for this name.
  override readonly name = 'AbortError';
}

/** Why a request is rejected: Sluice did not sign it, or its body is not a CloudEvent. */
export type WebhookFault = 'missing-header' | 'timestamp' | 'signature' | 'body';

/** The request must not be trusted. Respond with `status`. */
export class InvalidWebhookError extends SluiceError {
  override readonly name = 'InvalidWebhookError';
  readonly fault: WebhookFault;
  /** 401 for a request that Sluice did not sign; 400 for a signed request that cannot be read. */
  readonly status: 400 | 401;

  constructor(fault: WebhookFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.status = fault === 'body' ? 400 : 401;
  }
}
