// The public API of the package. Everything else may change without notice.
export type { CloudEvent, NewCloudEvent } from './cloud-event.ts';
export type { Environment } from './environment.ts';
export {
  InvalidInputError,
  InvalidWebhookError,
  PublishAbortedError,
  PublishError,
  PublishRefusedError,
  PublishUnavailableError,
  SluiceError,
} from './errors.ts';
export { type Integers, stringifyJson } from './json.ts';
export {
  type PublishEventsOptions,
  Publisher,
  type PublisherOptions,
  type PublishOptions,
} from './publisher.ts';
export {
  type PublicKeySet,
  type VerificationKey,
  type VerifiedWebhook,
  type VerifyOptions,
  verify,
  type WebhookHeaders,
  type WebhookRequest,
} from './verify.ts';
