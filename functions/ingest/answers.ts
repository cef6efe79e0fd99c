import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type Response = APIGatewayProxyStructuredResultV2;

export function json(statusCode: number, body: unknown): Response {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function problem(
  status: number,
  id: string,
  title: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ id, message, type: `urn:sluice:problem:${id}`, title, status, detail: message }),
  };
}

export function notFound(message: string): Response {
  return problem(404, 'not-found', 'Not Found', message);
}

export function badRequest(message: string): Response {
  return problem(400, 'invalid-request', 'Bad Request', message);
}

export function wrongMethod(found: string, ...allowed: readonly string[]): Response {
  return problem(
    405,
    'method-not-allowed',
    'Method Not Allowed',
    `expected ${allowed.join(' or ')}, found ${found}`,
    { allow: allowed.join(', ') },
  );
}

export function tooMany(what: string, retryAfterSeconds: number): Response {
  return problem(
    429,
    'too-many-requests',
    'Too Many Requests',
    `expected fewer ${what}; nothing was accepted, try again in ${retryAfterSeconds} s`,
    { 'retry-after': String(retryAfterSeconds) },
  );
}
