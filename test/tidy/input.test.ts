import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../cli/lib/text-file.ts';
import { visible } from '../../cli/lib/visible.ts';
import { parseBody, parseQuery } from '../../functions/api/parse.ts';
import { startHttpFront } from '../../local/http-front.ts';
import { parseBase64, parseBase64Url } from '../../src/base/base64.ts';
import { parseDateTime } from '../../src/base/calendar.ts';
import { parseDurationMs } from '../../src/base/duration.ts';
import { parseRetryAfterMs } from '../../src/base/http-date.ts';
import { isUuid } from '../../src/base/ids.ts';
import { parseJson } from '../../src/base/json.ts';
import { parseMediaType } from '../../src/base/media-type.ts';
import { decodePercent } from '../../src/base/percent.ts';
import { newSigningSecret, signingSecretFault } from '../../src/base/signing-secret.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { parseWholeNumber } from '../../src/base/whole-number.ts';
import { parsePageToken } from '../../src/domain/deliveries/delivery-position.ts';
import { publicationNameFault } from '../../src/domain/names.ts';
import { parseGeneratorSchedule } from '../../src/domain/subscriptions/generator-schedule.ts';
import { decodeHeaderValue } from '../../src/pipeline/publish/binary-mode.ts';
import { decodeBody } from '../../src/pipeline/publish/content-coding.ts';
import { readCloudEvent } from '../../src/pipeline/publish/read-cloud-event.ts';
import { compileFilter } from '../../src/pipeline/route/filter.ts';
import { checkWebhookUrl, isPublicAddress } from '../../src/platforms/outbound/address.ts';
import { checkOrgUrl } from '../../src/platforms/outbound/org-url.ts';
import { makeCodec } from '../../src/platforms/salesforce/avro.ts';
import { conformToSchema } from '../../src/platforms/salesforce/conform.ts';
import { checkPubsubEndpoint } from '../../src/platforms/salesforce/oauth/endpoints.ts';
import { readPrivateKey } from '../../src/platforms/salesforce/oauth/token-client.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { readToken } from '../../src/platforms/webhook/client-credentials.ts';
import { readCustomHeaders } from '../../src/platforms/webhook/custom-headers.ts';
import { anEvent } from '../support/builders.ts';

// docs/input.md, row by row: what is accepted and what is refused, at the place that the row names. The details are in the
// tests beside each of them.

interface Row {
  /** Whether the input is accepted unchanged. */
  readonly takes: (input: string) => boolean | Promise<boolean>;
  readonly taken: readonly string[];
  readonly refused: readonly string[];
}

const NOW_MS = Date.UTC(2026, 10, 29);
const DEFAULTS = { time: '2026-01-01T00:00:00Z', subject: 's' };
const event = (changes: object) => ({ specversion: '1.0', id: '1', source: '/s', type: 't', ...changes });
const takesEvent = (changes: object) => readCloudEvent(event(changes), DEFAULTS).ok;
const bytes = (text: string) => Buffer.from(text, 'latin1');
const schema = (fields: readonly object[]) => JSON.stringify({ type: 'record', name: 'E__e', fields });
const EVERYWHERE = { insecure: false, allowLoopback: false };
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey;
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const KEYS: { readonly [name: string]: string } = {
  RSA: pem(rsaKey),
  'RSA on one line': pem(rsaKey).replaceAll('\n', ' '),
  Ed25519: pem(generateKeyPairSync('ed25519').privateKey),
  'a word': 'key',
};

const ROWS: { readonly [kind: string]: Row } = {
  'date-time of a CloudEvent, `before`': {
    takes: (time) => takesEvent({ time }),
    taken: ['2024-02-29T10:00:00Z', '2016-12-31T23:59:60Z', '2026-11-26T10:00:00.5+05:30'],
    refused: ['2026-02-29T10:00:00Z', '2026-11-26T24:00:00Z', '2026-11-26T10:00Z', '2026-11-26', 'now'],
  },
  'date-time of a rewind': {
    takes: (text) => parseDateTime(text) !== undefined,
    taken: ['2026-11-26T10:00Z', '2026-11-26T10:00:00+0100'],
    refused: ['2026-02-31T10:00:00Z', '2016-12-31T23:59:60Z', '2026-11-26T10:00:00', '26 Nov 2026'],
  },
  'date, date-time, time of a Salesforce field': {
    takes(input) {
      const [kind = '', At] = input.split(' = ');
      return conformToSchema(schema([{ name: 'At', type: 'long', doc: `Data:${kind}` }]), { At }).ok;
    },
    taken: ['DateOnly = 2024-02-29', 'DateTime = 2026-11-26T10:00:00.000+0000', 'TimeOnly = 23:59:59.999Z'],
    refused: [
      'DateOnly = 2026-02-29',
      'DateOnly = 2026-11-26T10:00:00Z',
      'DateOnly = 26.11.2026',
      'DateTime = 2026-02-31T10:00:00Z',
      'DateTime = ',
      'TimeOnly = 24:00:00Z',
    ],
  },
  '`Date`, `Retry-After` of an answer': {
    takes: (text) => parseRetryAfterMs(text, NOW_MS) !== undefined,
    taken: [
      '120',
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
    ],
    refused: ['Tue, 31 Feb 2026 08:49:37 GMT', '2026-11-26T10:00:00Z', '1e3', '-1', 'tomorrow'],
  },
  duration: {
    takes: (text) => parseDurationMs(text) !== undefined,
    taken: ['30s', '1h30m'],
    refused: ['30', '30 s', 'P1D', '-1s', ''],
  },
  'cron expression, time zone': {
    takes: (text) => parseGeneratorSchedule(text).kind === 'cron',
    taken: ['0 8 * * MON-FRI', 'TZ=Europe/Berlin 0 8 * * *', '*/20 0 8 * * *', '@daily'],
    refused: ['61 * * * *', '* * * *', 'TZ=Berlin 0 8 * * *', '0 0 30 2 *', '@reboot', '2026-12-01T00:00:00'],
  },
  'whole number': {
    takes: (text) => parseWholeNumber(text) !== undefined,
    taken: ['0', '999999999999999'],
    refused: ['', ' 1', '0x1', '1e3', '-1', '1.0', '1000000000000000'],
  },
  JSON: {
    takes: (text) => {
      try {
        return parseJson(text) !== undefined;
      } catch {
        return false;
      }
    },
    taken: ['{"a":1}', '9007199254740993', '{"a":1,"a":2}'],
    refused: ['{a:1}', '[1,]', '01', 'NaN', '1e999', "'a'", ''],
  },
  text: {
    takes: (text) => decodeUtf8(bytes(text)) !== undefined,
    taken: ['a', '\xe2\x82\xac'],
    refused: ['\xff', '\xc0\xa0', '\xed\xa0\x80', '\xe2\x82'],
  },
  'base64, base64url': {
    takes: (text) => parseBase64(text) !== undefined || parseBase64Url(text) !== undefined,
    taken: ['aGk=', 'aGk', '-_8'],
    refused: ['aGk= ', 'aG\nk=', 'aGl=', 'a', 'aGk=='],
  },
  'percent-encoding': {
    takes: (text) => decodePercent(text) !== undefined,
    taken: ['a%20b', '%E2%82%AC'],
    refused: ['100%', '%zz', '%ff', '%E2%82'],
  },
  'media type': {
    takes: (text) => parseMediaType(text) !== undefined,
    taken: ['text/plain', 'application/json; charset="utf-8"'],
    refused: ['json', 'text/', 'text/plain,text/html', 'text/plain; charset', ''],
  },
  '`Content-Encoding`': {
    takes: (coding) => decodeBody(gzipSync('{}'), coding, 100).kind === 'decoded',
    taken: ['gzip', 'x-GZIP', 'identity'],
    refused: ['br', 'deflate', 'gzip, gzip'],
  },
  'CloudEvents attributes': {
    takes: (subject) => takesEvent({ subject, [subject]: 1 }),
    taken: ['abc', 'x1'],
    refused: ['', 'Abc', 'a_b', 'a\u0007', 'a\ud800', 'a'.repeat(2_049)],
  },
  'header values of CloudEvents': {
    takes: (value) => decodeHeaderValue(value) !== undefined,
    taken: ['plain', '%E2%82%AC', '100 %', '"a b"', '\xe2\x82\xac', '\xe9'],
    refused: ['%ff', '%E2%82', '%C0%A0'],
  },
  'webhook URL': {
    takes: (url) => checkWebhookUrl(url, { allowLoopback: false }, 2_000).ok,
    taken: ['https://example.com/hooks?a=b', 'https://EXAMPLE.com'],
    refused: [
      'http://example.com',
      'https://a:b@example.com',
      'https://example.com:0',
      'https://10.0.0.1',
      'x',
    ],
  },
  'ARN of a target in AWS': {
    takes: (text) => TARGETS.some(({ grants }) => grants.aws?.arns.test(text) === true),
    taken: [
      'arn:aws:sqs:eu-central-1:123456789012:orders.fifo',
      'arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/crm/orders',
      'arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders',
      'arn:aws:s3:::acme-lake/raw/crm',
    ],
    refused: [
      'arn:aws:sqs:eu-central-1:123456789012:orders*',
      'arn:aws:sqs:eu-central-1:123456789012:orders.fifo.fifo',
      'arn:aws:sqs:eu-central-1.evil.example:123456789012:orders',
      'arn:aws:events:eu-central-1:123456789012:rule/orders',
      'arn:aws:s3:::acme-lake/',
      'arn:aws:s3:::acme-lake/raw//crm',
      'arn:aws:s3:::Acme',
      'https://sqs.eu-central-1.amazonaws.com/123456789012/orders',
    ],
  },
  'added headers': {
    takes: (text) => readCustomHeaders([text]).kind === 'headers',
    taken: ['X-Api-Key: abc', 'x: a b'],
    refused: ['X-Api-Key', 'Host: x', 'webhook-id: 1', 'X: a\r\nY: b', 'X Y: 1', 'X: é', ''],
  },
  'signing secret': {
    takes: (text) => signingSecretFault(text) === undefined,
    taken: [newSigningSecret(), `whsec_${'A'.repeat(32)}`],
    refused: ['whsec_AAAA', `${'A'.repeat(32)}`, `whsec_${'A'.repeat(33)}`, `whsec_${'-'.repeat(32)}`, ''],
  },
  'answer of a token URL': {
    takes: (text) => readToken(text).kind === 'token',
    taken: ['{"access_token":"a"}', '{"access_token":"a","token_type":"bearer","expires_in":"3600"}'],
    refused: [
      '<html>',
      '{"access_token":1}',
      '{"access_token":"a\\nb"}',
      '{"access_token":"a","token_type":"mac"}',
    ],
  },
  addresses: {
    takes: isPublicAddress,
    taken: ['8.8.8.8', '2606:4700::1111'],
    refused: [
      '10.0.0.1',
      '169.254.169.254',
      '::ffff:127.0.0.1',
      '2001:db8::1',
      '64:ff9b::7f00:1',
      'localhost',
    ],
  },
  'login and instance URL, `pubsub_endpoint`': {
    takes: (text) => checkOrgUrl(text, EVERYWHERE).ok || checkPubsubEndpoint(text, EVERYWHERE).ok,
    taken: ['https://login.salesforce.com', 'api.pubsub.salesforce.com:7443'],
    refused: [
      'https://salesforce.com.example.com',
      'http://login.salesforce.com',
      'api.pubsub.salesforce.com:80',
    ],
  },
  'query of the API': {
    takes: (query) => parseQuery(v.strictObject({ limit: v.optional(v.string()) }), query).kind === 'parsed',
    taken: ['', 'limit=1', 'limit=%31'],
    refused: ['limits=1', 'limit=1&limit=1'],
  },
  'bodies of the API': {
    takes: (body) => parseBody(v.strictObject({ name: v.string() }), body).kind === 'parsed',
    taken: ['{"name":"a"}'],
    refused: ['["a"]', '{"name":1}', '{"name":"a","more":1}', '"a"', '', '\uFEFF{"name":"a"}'],
  },
  'cursor of a list': {
    takes: (token) => parsePageToken(token) !== undefined,
    taken: [Buffer.from('000001736877279#d1').toString('base64url')],
    refused: ['MQ', 'x y', Buffer.from('1736877279#d1').toString('base64url'), ''],
  },
  ids: {
    takes: isUuid,
    taken: ['6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01'],
    refused: ['6F0E3B52-5A0C-4DBD-A3D7-6A1C9A6A0C01', '6f0e3b525a0c4dbda3d76a1c9a6a0c01', '{6f0e3b52}', ''],
  },
  names: {
    takes: (name) => publicationNameFault(name) === undefined,
    taken: ['quotes', 'v1beta', 'a.b-c_d'],
    refused: ['v1', '-a', 'a b', 'ä', '', 'a'.repeat(81)],
  },
  'request target': {
    takes: async (target) => {
      let path: string | undefined;
      const ingest = (event: { readonly rawPath: string }) => {
        path = event.rawPath;
        return Promise.resolve({ statusCode: 204 });
      };
      const front = await startHttpFront({ port: 0, api: ingest, ingest, onFault: () => {} });
      const sent = request({ port: front.port, host: '127.0.0.1', path: target, method: 'POST' }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      await front.close();
      return path === target;
    },
    taken: ['/orders', '/a/../b', '//', '/%zz'],
    refused: ['orders', '*'],
  },
  'Avro schemas and payloads': {
    takes: (name) => {
      try {
        return makeCodec('1', schema([{ name: 'A', type: name }])).recordName === 'E__e';
      } catch {
        return false;
      }
    },
    taken: ['long', 'string'],
    refused: ['integer', 'Text', ''],
  },
  "Bloblang's `parse_*`, `ts_*`": {
    takes: (time) => {
      const compiled = compileFilter('root = this.time.ts_parse("2006-01-02T15:04:05Z").ts_unix()');
      if (!compiled.ok) throw new Error(compiled.message);
      return compiled.filter.apply(anEvent({ data: { time } })).kind === 'changed';
    },
    taken: ['2024-02-29T10:00:00Z'],
    refused: ['2026-02-29T10:00:00Z', '2026-11-26', ''],
  },
  'private key': {
    takes: (name) => readPrivateKey(KEYS[name] ?? '') !== undefined,
    taken: ['RSA'],
    refused: ['RSA on one line', 'Ed25519', 'a word', 'nothing'],
  },
  'text of a file or of standard input': {
    takes: (text) => {
      try {
        return decodeText(bytes(text), 'a file') === 'a\n';
      } catch {
        return false;
      }
    },
    taken: ['a\n', 'a\r\n', 'a\r', '\xef\xbb\xbfa\n', '\xff\xfea\0\n\0', '\xfe\xff\0a\0\n'],
    refused: ['a\xff\n', '\xe9\n'],
  },
  'text that the CLI shows': {
    takes: (text) => visible(text) === text,
    taken: ['Zürich\t東京\n😀'],
    refused: ['\u001b[31m', 'a\rb', '\u0007', '\u202e', '\u009b31m'],
  },
};

const page = readFileSync(new URL('../../docs/input.md', import.meta.url), 'utf8');
const kinds = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, line.indexOf(' |')))
  .slice(1);

test('each row of docs/input.md is tried, and nothing else', () => {
  expect(Object.keys(ROWS)).toEqual(kinds);
});

test('each of them has both sides', () => {
  for (const { taken, refused } of Object.values(ROWS)) {
    expect(taken).not.toHaveLength(0);
    expect(refused).not.toHaveLength(0);
  }
});

describe.each(Object.entries(ROWS))('%s', (_kind, { takes, taken, refused }) => {
  test.each(taken)('takes %j', async (input) => {
    expect(await takes(input)).toBe(true);
  });

  test.each(refused)('refuses %j', async (input) => {
    expect(await takes(input)).toBe(false);
  });
});
