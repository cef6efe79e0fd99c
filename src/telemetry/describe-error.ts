/** What a request to AWS asked for, e.g. `dynamodb:Query` of `table/index/due`. */
export interface AwsRequest {
  readonly action: string;
  readonly resource?: string | undefined;
}

/** Flat fields for a log line: a type, because an interface is no record of fields. */
export type ErrorFields = {
  /** Name and message, of the error and of what caused it. */
  readonly error: string;
  /** What Node and libraries tell errors apart by, e.g. ECONNRESET. */
  readonly errorCode?: string | undefined;
  /** Where it was thrown: a function and a place in a file. */
  readonly errorAt?: string | undefined;
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  /** What AWS knows the request by. */
  readonly awsRequestId?: string | undefined;
};

const MESSAGE_CHARACTERS_MAX = 500;
const CAUSES_MAX = 4;

/** Beside the errors, because they belong to whoever threw them. */
const requests = new WeakMap<Error, AwsRequest>();

/** Remembers what was asked for when this error came. */
export function noteAwsRequest(error: unknown, request: AwsRequest): void {
  if (error instanceof Error && !requests.has(error)) requests.set(error, request);
}

/**
 * What an error says of itself, for the log.
 * @param messages false where an error may quote what a caller sent, which may be secret
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

/** The same in one line, for where an error becomes a message. */
export function errorText(error: unknown): string {
  const { error: name, errorCode, action, resource, awsRequestId } = describeError(error);
  const told = [
    errorCode,
    action === undefined ? undefined : resource === undefined ? action : `${action} on ${resource}`,
    awsRequestId === undefined ? undefined : `request ${awsRequestId}`,
  ].filter((each) => each !== undefined);
  return told.length === 0 ? name : `${name} (${told.join(', ')})`;
}

/** The error and what caused it, outermost first. */
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
    // A parser's error quotes what it could not read, whatever that was.
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

/** Holds nothing of the request. */
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
