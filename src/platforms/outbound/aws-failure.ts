import type { AttemptOutcome } from '../../domain/deliveries/destination.ts';

/** What was requested, for messages. */
export interface AwsRequest {
  /** The action as in a policy, e.g. `sqs:SendMessage`. */
  readonly action: string;
  readonly arn: string;
}

export type AwsFailure = Extract<AttemptOutcome, { readonly kind: 'retry' | 'rejected' }>;

interface Meaning {
  /** Matched against the codes of SQS, EventBridge, Kinesis, S3 and KMS. The first match counts. */
  readonly codes: RegExp;
  readonly kind: AwsFailure['kind'];
  readonly errorId: string;
  text(request: AwsRequest): string;
}

const MEANINGS: readonly Meaning[] = [
  {
    codes: /Throttl|OverLimit|TooManyRequests|SlowDown|ThroughputExceeded|LimitExceeded|BandwidthLimit/i,
    kind: 'retry',
    errorId: 'throttled',
    text: ({ arn }) => `AWS takes no more for ${arn} at this moment`,
  },
  {
    codes: /NonExistentQueue|QueueDoesNotExist|QueueDeletedRecently|ResourceNotFound|NoSuchBucket/,
    kind: 'retry',
    errorId: 'target-missing',
    text: ({ arn }) =>
      `expected ${arn} to be there, found nothing of this name: make it, or give the publication another ARN`,
  },
  {
    codes: /^Kms|^KMS/,
    kind: 'retry',
    errorId: 'key-refused',
    text: ({ arn }) =>
      `AWS could not use the KMS key of ${arn} for this installation: whoever deploys it adds the key's ARN to the setting allowedTargets, and the key's policy has to admit the role of functions/deliver`,
  },
  {
    codes:
      /CredentialsProvider|ExpiredToken|InvalidAccessKeyId|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|MissingAuthenticationToken|TokenProvider/,
    kind: 'retry',
    errorId: 'aws-credentials',
    text: ({ arn }) =>
      `expected credentials that AWS accepts, to send to ${arn}, found none: a local run takes those of this machine (AWS_PROFILE, AWS_ACCESS_KEY_ID or aws sso login), an installation those of its functions`,
  },
  {
    codes: /AccessDenied|AllAccessDisabled|UnauthorizedOperation|NotAuthorized(?!ForSource)|OptInRequired/,
    kind: 'retry',
    errorId: 'access-denied',
    text: ({ action, arn }) =>
      `AWS denies this installation ${action} on ${arn}: the role of functions/deliver has the right once the ARN is in the setting allowedTargets and is deployed; the target's own policy must not deny it, and in another account has to allow it (and so has its KMS key)`,
  },
  {
    codes: /BatchRequestTooLong|EntityTooLarge|TooLargeEntry/,
    kind: 'rejected',
    errorId: 'event-too-large',
    text: ({ arn }) => `the event is larger than ${arn} takes`,
  },
  {
    codes:
      /^Validation|InvalidMessageContents|InvalidParameter|InvalidAttribute|InvalidArgument|MalformedDetail|NotAuthorizedForSource|KeyTooLong/,
    kind: 'rejected',
    errorId: 'event-refused',
    text: ({ arn }) => `AWS refuses the event for ${arn}`,
  },
];

/** How much of an AWS message is quoted. Messages about denied rights name roles and accounts and are never quoted. */
const QUOTED_CHARACTERS = 200;

/**
 * What an AWS code for an entry or a request means for an event.
 * @param message AWS's message
 * @param status the status of the answer, if there was one
 */
export function awsFailure(
  request: AwsRequest,
  code: string,
  message: string | undefined,
  durationMs: number,
  status?: number,
): AwsFailure {
  const meaning = MEANINGS.find(({ codes }) => codes.test(code));
  const facts = { durationMs, ...(status !== undefined && { status }) };
  if (meaning === undefined) {
    const errorId = status !== undefined && status >= 400 ? `http-${status}` : 'aws-unavailable';
    return {
      kind: 'retry',
      errorId,
      message: `AWS did not take it for ${request.arn}: ${told(code, message)}`,
      ...facts,
    };
  }
  const { kind, errorId, text } = meaning;
  const isQuoted = kind === 'rejected' || errorId === 'throttled';
  return {
    kind,
    errorId,
    message: `${text(request)}${isQuoted ? `: ${told(code, message)}` : ` (${code})`}`,
    ...facts,
  };
}

function told(code: string, message: string | undefined): string {
  const text = (message ?? '').replace(/\p{C}+/gu, ' ').trim();
  return text === '' ? code : `${code}: ${text.slice(0, QUOTED_CHARACTERS)}`;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-reset',
  EPIPE: 'connection-reset',
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-resolved',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'host-unreachable',
  ENETUNREACH: 'host-unreachable',
};

/** What an SDK error means for the events of its request. */
export function awsRequestFailure(request: AwsRequest, error: unknown, durationMs: number): AwsFailure {
  if (!(error instanceof Error)) return awsFailure(request, 'unknown', String(error), durationMs);
  const status = statusOf(error);
  // If there is a status, there was an answer, and the name is AWS's code.
  if (status !== undefined || MEANINGS.some(({ codes }) => codes.test(error.name))) {
    return awsFailure(request, error.name, error.message, durationMs, status);
  }
  // An S3 ARN names no region, and the SDK has no code for this error.
  if (error.message === 'Region is missing') {
    const message = `expected a region in which to ask for ${request.arn}, found none: set AWS_REGION, or a region in the profile of this machine`;
    return { kind: 'retry', errorId: 'aws-region', message, durationMs };
  }
  const code = networkCode(error);
  const known = code === undefined ? undefined : NETWORK[code];
  // The SDK also calls a broken connection a timeout.
  const errorId = known ?? (error.name === 'TimeoutError' ? 'timeout' : 'network-error');
  return {
    kind: 'retry',
    errorId,
    message: `expected AWS to answer for ${request.arn}, found ${told(code ?? error.name, error.message)}`,
    durationMs,
  };
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null)
    return undefined;
  const status = Reflect.get(error.$metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function networkCode(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error ? networkCode(inner) : undefined;
}
