import type { CloudEvent } from './cloud-event.ts';

/** Every error that this library makes. Its message says what was expected, what was found and what to do. */
export class SluiceError extends Error {
  override readonly name: string = 'SluiceError';
}

/** A mistake in the caller's own arguments; nothing was sent. */
export class InvalidInputError extends SluiceError {
  override readonly name = 'InvalidInputError';
}

export interface PublishFailure {
  /** HTTP status of the last answer; absent where no answer came. */
  readonly status?: number | undefined;
  /** The `id` of the problem document, such as `unprocessable-event`. */
  readonly problemId?: string | undefined;
  readonly attempts: number;
  readonly id: string;
  readonly accepted?: readonly string[];
  readonly remaining?: readonly CloudEvent[];
  readonly cause?: unknown;
}

/** Some or all of a publish was not accepted, or its answer was lost. */
export class PublishError extends SluiceError {
  override readonly name: string = 'PublishError';
  readonly status: number | undefined;
  readonly problemId: string | undefined;
  /** Requests made for what failed. */
  readonly attempts: number;
  /** Of the first event that was not accepted. Publish it again with this id, so that its receiver can recognise a repeat. */
  readonly id: string;
  /** Ids of the events that were queued before the failure, by `publishEvents`. */
  readonly accepted: readonly string[];
  /** The other events of `publishEvents`, with their ids: pass them to it to continue. */
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

/** The service refused the event. The same request would be refused again, so it is not retried. */
export class PublishRefusedError extends PublishError {
  override readonly name = 'PublishRefusedError';
}

/** The service could not be reached, or could not take the event, within the time limit. Try again later with the same id. */
export class PublishUnavailableError extends PublishError {
  override readonly name = 'PublishUnavailableError';
}

/** The caller's signal ended the publish; its reason is the `cause`. */
export class PublishAbortedError extends PublishError {
  // What code that handles aborts looks for.
  override readonly name = 'AbortError';
}

/** Why a request is not taken: a signature that is not Sluice's, or a body that is no CloudEvent. */
export type WebhookFault = 'missing-header' | 'timestamp' | 'signature' | 'body';

/** The request must not be trusted. Answer it with `status`. */
export class InvalidWebhookError extends SluiceError {
  override readonly name = 'InvalidWebhookError';
  readonly fault: WebhookFault;
  /** 401 for a request that Sluice did not sign; 400 for one that it signed and that cannot be read. */
  readonly status: 400 | 401;

  constructor(fault: WebhookFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.status = fault === 'body' ? 400 : 401;
  }
}
