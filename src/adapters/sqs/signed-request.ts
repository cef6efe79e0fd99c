import { hash } from 'node:crypto';
import { HmacSha256 } from '../../base/hmac-sha256.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Signing {
  readonly host: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly at: Date;
}

const SERVICE = 'sqs';
const CONTENT_TYPE = 'application/x-amz-json-1.0';

/** The signing key is the same for all requests of a day. */
let keyOfTheDay: { readonly of: string; readonly key: HmacSha256 } | undefined;

/**
 * The headers of a POST to SQS in the AWS JSON 1.0 protocol, signed with Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). A test holds them against the SDK's.
 * @param target e.g. `AmazonSQS.SendMessageBatch`
 */
export function signedHeaders(target: string, body: string, signing: Signing): Record<string, string> {
  const { host, region, credentials, at } = signing;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  // Sorted by name, as the signature requires.
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPE,
    host,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    'x-amz-target': target,
  };
  const names = Object.keys(headers).join(';');
  let lines = '';
  for (const name in headers) lines += `${name}:${headers[name]}\n`;
  const canonicalRequest = `POST\n/\n\n${lines}\n${names}\n${hash('sha256', body)}`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonicalRequest)}`;
  const signature = signingKey(secretAccessKey, day, region).digest('hex', text);
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
}

function signingKey(secret: string, day: string, region: string): HmacSha256 {
  const of = `${day}/${region}/${secret}`;
  if (keyOfTheDay?.of === of) return keyOfTheDay.key;
  let key = new HmacSha256(`AWS4${secret}`);
  for (const part of [day, region, SERVICE, 'aws4_request']) {
    key = new HmacSha256(Buffer.from(key.digest('hex', part), 'hex'));
  }
  keyOfTheDay = { of, key };
  return key;
}
