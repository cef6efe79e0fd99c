import { Metadata, status } from '@grpc/grpc-js';
import type { StreamEnding } from '../faults.ts';
import { type Random, randomUuid } from '../random.ts';

const PREFIX = 'sfdc.platform.eventbus.grpc.';

/**
 * The errors of this simulator: the code in the trailer, the gRPC status and the text. Status and text are known where
 * marked (seen on live orgs by others, or documented); the rest is our guess, and clients should rely on the trailer.
 */
const ERRORS = {
  serviceUnavailable: [
    'service.unavailable',
    status.INTERNAL,
    'The service is unavailable. Try again later.',
  ], // known
  authError: [
    'service.auth.error',
    status.UNAUTHENTICATED,
    'An authentication exception occurred. Provide valid authentication via metadata headers.',
  ], // known
  headersInvalid: [
    'service.auth.headers.invalid',
    status.UNAUTHENTICATED,
    'Authentication headers are missing or invalid. Provide the accesstoken, instanceurl and tenantid metadata headers.',
  ],
  topicNotFound: [
    'topic.not.found',
    status.INVALID_ARGUMENT,
    'An error occurred while getting the metadata for org {tenant} and topic {topic}. Ensure the credentials and topic name are correct.',
  ], // text known
  topicEmpty: [
    'topic.validation.empty',
    status.INVALID_ARGUMENT,
    'The topic name is empty. Provide a topic name.',
  ],
  schemaInvalid: [
    'schema.validation.failed',
    status.INVALID_ARGUMENT,
    'The schema ID validation failed. Ensure that the schema ID is valid.',
  ],
  cannotSubscribe: [
    'subscription.topic.cannot.subscribe',
    status.PERMISSION_DENIED,
    "You don't have permission to subscribe to the topic {topic}.",
  ],
  metaPermission: [
    'topic.meta.permission',
    status.PERMISSION_DENIED,
    "You don't have permission to access the topic {topic}.",
  ],
  cannotPublish: [
    'topic.meta.permission',
    status.PERMISSION_DENIED,
    "You don't have permission to publish to the topic {topic}.",
  ],
  replayIdInvalid: [
    'subscription.fetch.replayid.validation.failed',
    status.INVALID_ARGUMENT,
    'The Replay ID validation failed. Ensure that the Replay ID is valid.',
  ], // known
  replayIdCorrupted: [
    'subscription.fetch.replayid.corrupted',
    status.INVALID_ARGUMENT,
    'The Replay ID is corrupted or refers to an event outside of the retention window. Subscribe with EARLIEST, LATEST or another Replay ID.',
  ], // status known
  requestedEventsInvalid: [
    'subscription.fetch.requested.events.invalid',
    status.INVALID_ARGUMENT,
    'The number of requested events must be greater than zero.',
  ], // status known
  topicMismatch: [
    'subscription.fetch.topic.mismatch',
    status.INVALID_ARGUMENT,
    'The topic name differs from the one in the first request of the stream.',
  ], // status known
  subscriptionTimeout: [
    'subscription.internal.error',
    status.UNAVAILABLE,
    'The stream was closed because no events were requested for too long.',
  ],
  deliveryLimit: [
    'subscription.limit.exceeded',
    status.RESOURCE_EXHAUSTED,
    'You have exceeded the event delivery limit for your org.',
  ], // text known
  clientLimit: [
    'concurrent.client.limit.exceeded',
    status.RESOURCE_EXHAUSTED,
    'The limit of concurrent clients was exceeded.',
  ],
  eventCountInvalid: [
    'publish.event.count.invalid',
    status.INVALID_ARGUMENT,
    'The request has no events. Provide at least one event.',
  ],
  publishTopicMismatch: [
    'publish.topic.mismatch',
    status.INVALID_ARGUMENT,
    'The topic name differs from the one in the first request of the stream.',
  ],
  publishTopicEmpty: [
    'publish.topic.validation.empty',
    status.INVALID_ARGUMENT,
    'The topic name is empty. Provide a topic name.',
  ],
  publishRequiredFields: [
    'schema.validation.failed',
    status.INVALID_ARGUMENT,
    'The event payload lacks the required fields CreatedDate and CreatedById, or does not match its schema.',
  ],
  publishLimit: [
    'service.protection.triggered',
    status.RESOURCE_EXHAUSTED,
    'LIMIT_EXCEEDED: The hourly event publishing limit was exceeded.',
  ],
  publishIdle: [
    'publish.stream.sweeper.timeout',
    status.UNAVAILABLE,
    'The publish stream was closed because it was idle for too long.',
  ],
  managedEmpty: [
    'managed.subscription.id.or.developer.name.empty',
    status.INVALID_ARGUMENT,
    'Provide the ID or the developer name of the managed subscription.',
  ],
  managedIdNotFound: [
    'managed.subscription.subscription.id.not.found',
    status.NOT_FOUND,
    'No managed subscription has this ID.',
  ],
  managedNameNotFound: [
    'managed.subscription.developer.name.not.found',
    status.NOT_FOUND,
    'No managed subscription has this developer name.',
  ],
  managedActive: [
    'managed.subscription.already.active',
    status.FAILED_PRECONDITION,
    'The managed subscription has an active subscriber.',
  ],
  managedStopped: [
    'managed.subscription.config.stopped',
    status.FAILED_PRECONDITION,
    'The managed subscription is stopped.',
  ],
  managedDeleted: [
    'managed.subscription.config.deleted',
    status.FAILED_PRECONDITION,
    'The managed subscription was deleted.',
  ],
  managedEventsInvalid: [
    'managed.subscription.fetch.request.events.invalid',
    status.INVALID_ARGUMENT,
    'The number of requested events must be greater than zero.',
  ],
  managedCommitRestricted: [
    'managed.subscription.fetch.request.commit.request.restricted',
    status.INVALID_ARGUMENT,
    'The first request of a stream can not commit a Replay ID.',
  ],
} as const satisfies Record<string, readonly [code: string, status: status, text: string]>;

export type ErrorName = keyof typeof ERRORS;

export interface GrpcFailure {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export interface ErrorContext {
  readonly rpc: string;
  readonly tenant: string;
  readonly topic: string;
  readonly random: Random;
}

/**
 * An error with the trailers of a live org: `error-code`, `rpc-id` and `type`, with the rpc id repeated in the text.
 */
export function failure(name: ErrorName, context: ErrorContext): GrpcFailure {
  const [code, grpcStatus, text] = ERRORS[name];
  return failureOf(code, grpcStatus, text, context);
}

/** A failure with a code that the simulator never produces by itself. */
export function failureWithCode(code: string, context: ErrorContext): GrpcFailure {
  return failureOf(code, status.INTERNAL, 'The request could not be processed.', context);
}

function failureOf(code: string, grpcStatus: status, text: string, context: ErrorContext): GrpcFailure {
  const rpcId = randomUuid(context.random);
  const metadata = new Metadata();
  metadata.set('error-code', PREFIX + code);
  metadata.set('rpc-id', rpcId);
  metadata.set('type', context.rpc);
  const sentence = text.replace('{tenant}', context.tenant).replace('{topic}', context.topic);
  return { code: grpcStatus, details: `${sentence} rpcId: ${rpcId}`, metadata };
}

/** Endings that come from the transport and therefore carry no trailers. */
function transportFailure(ending: 'reset-unavailable' | 'reset-internal'): GrpcFailure {
  return ending === 'reset-unavailable'
    ? {
        code: status.UNAVAILABLE,
        details: 'RST_STREAM closed stream. HTTP/2 error code: NO_ERROR',
        metadata: new Metadata(),
      }
    : {
        code: status.INTERNAL,
        details: 'Received RST_STREAM with code 0 (Call ended without gRPC status)',
        metadata: new Metadata(),
      };
}

/** The answer of the proxy in front of the service to a request that is too large. */
export function tooLarge(): GrpcFailure {
  return {
    code: status.UNAVAILABLE,
    details: 'upstream connect error or disconnect/reset before headers. reset reason: remote reset',
    metadata: new Metadata(),
  };
}

/** The failure for an ending; undefined for one without error. */
export function endingFailure(ending: StreamEnding, context: ErrorContext): GrpcFailure | undefined {
  switch (ending) {
    case 'ok':
      return undefined;
    case 'service-unavailable':
      return failure('serviceUnavailable', context);
    case 'auth-error':
      return failure('authError', context);
    case 'reset-unavailable':
    case 'reset-internal':
      return transportFailure(ending);
  }
}
