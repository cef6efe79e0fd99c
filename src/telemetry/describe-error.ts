/** The operation and target of an AWS request, e.g. `dynamodb:Query` of `table/index/due`. */
export interface AwsRequest {
  readonly action: string;
  readonly resource?: string | undefined;
}

/** Flat fields for a log line. It is a type alias because an interface is not assignable to a record. */
export type ErrorFields = {
  /** Name and message of the error and of its causes. */
  readonly error: string;
  /** The code by which Node and libraries distinguish errors, e.g. ECONNRESET. */
  readonly errorCode?: string | undefined;
  /** Where it was thrown: function and file position. */
  readonly errorAt?: string | undefined;
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  /** The id of the request at AWS. */
  readonly awsRequestId?: string | undefined;
};

const MESSAGE_CHARACTERS_MAX = 500;
const CAUSES_MAX = 4;

/** Stored outside the errors, because those belong to whoever threw them. */
const requests = new WeakMap<Error, AwsRequest>();

/** Records which request caused this error. */
export function noteAwsRequest(error: unknown, request: AwsRequest): void {
  if (error instanceof Error && !requests.has(error)) requests.set(error, request);
}

/**
 * Describes an error for the log.
 * @param messages false if an error may quote a caller's input, which may be secret
 */
export function describeError(error: unknown, { messages = true } = {}): ErrorFields {
  const chain = causes(error);
  const aws = chain.find((each) => each instanceof Error && (requests.has(each) || '$metadata' in each));
  const request = aws instanceof Error ? requests.get(aws) : undefined;
  return {
    error: chain.map((each) => nameOf(each, messages)).join(', because of '),
    errorCode: chain.map((each) => stringIn(each, 'code')).find((code) => code !== undefined),
    errorAt: error instanceof Error ? placeOf(error) : undefined,
    action: request?.action,
    resource: request?.resource,
    awsRequestId: requestIdOf(aws),
  };
}

/** The same in one line, for errors that become part of a message. */
export function errorText(error: unknown): string {
  const { error: name, errorCode, action, resource, awsRequestId } = describeError(error);
  const told = [
    errorCode,
    action === undefined ? undefined : resource === undefined ? action : `${action} on ${resource}`,
    awsRequestId === undefined ? undefined : `request ${awsRequestId}`,
  ].filter((each) => each !== undefined);
  return told.length === 0 ? name : `${name} (${told.join(', ')})`;
}

/** The error and its causes, outermost first. */
function causes(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let at: unknown = error; at instanceof Error && chain.length < CAUSES_MAX; ) {
    at = at instanceof AggregateError ? (at.errors[0] ?? at.cause) : at.cause;
    if (at === undefined || at === null || chain.includes(at)) break;
    chain.push(at);
  }
  return chain;
}

function nameOf(error: unknown, messages: boolean): string {
  if (error instanceof Error) {
    // A parser's error quotes the unreadable input, whatever that was.
    const message = messages && !(error instanceof SyntaxError) ? error.message.trim() : '';
    return message === '' ? error.name : `${error.name}: ${message.slice(0, MESSAGE_CHARACTERS_MAX)}`;
  }
  if (typeof error === 'string' && messages) return error.slice(0, MESSAGE_CHARACTERS_MAX);
  if (typeof error === 'object' && error !== null) {
    const kind = stringIn(error, 'name') ?? error.constructor?.name ?? 'object';
    const message = messages ? stringIn(error, 'message') : undefined;
    return message === undefined
      ? `a thrown ${kind}`
      : `${kind}: ${message.slice(0, MESSAGE_CHARACTERS_MAX)}`;
  }
  return `a thrown ${error === null ? 'null' : typeof error}`;
}

/** The position contains nothing of the request. */
function placeOf({ stack }: Error): string | undefined {
  return stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim()
    .slice('at '.length);
}

function requestIdOf(error: unknown): string | undefined {
  if (!(error instanceof Error && '$metadata' in error)) return undefined;
  return stringIn(error.$metadata, 'requestId');
}

function stringIn(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
