import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type Response = APIGatewayProxyStructuredResultV2;

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The form that Heroku accepts: JSON, with `message` for the person at the command line. */
export function answer(status: number, body?: object, headers?: Readonly<Record<string, string>>): Response {
  return {
    statusCode: status,
    headers: { ...HEADERS, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

export function refusal(
  status: number,
  id: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Response {
  return answer(status, { id, message }, headers);
}
