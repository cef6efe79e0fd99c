import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signedHeaders } from './signed-request.ts';

/** The digest that the SDK's signer needs, based on Node's own. */
class Sha256 {
  readonly #digest: { update(data: string | Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#digest =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }

  update(data: string | Uint8Array): void {
    this.#digest.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#digest.digest();
  }

  reset(): void {}
}

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
/** The characters of AWS keys and tokens. */
const key = fc.stringMatching(/^[A-Za-z0-9+/=]{1,60}$/);

it('signs a request as the SDK does', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.record(
        { accessKeyId: key, secretAccessKey: key, sessionToken: key },
        { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
      ),
      fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1'),
      fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      async (body, credentials, region, at) => {
        const host = `sqs.${region}.amazonaws.com`;
        const target = 'AmazonSQS.SendMessageBatch';
        const signer = new SignatureV4({
          service: 'sqs',
          region,
          credentials,
          sha256: Sha256,
          applyChecksum: false,
        });
        const theirs = await signer.sign(
          {
            method: 'POST',
            protocol: 'https:',
            hostname: host,
            path: '/',
            headers: { 'content-type': 'application/x-amz-json-1.0', host, 'x-amz-target': target },
            body,
          },
          { signingDate: at },
        );
        const { headers } = theirs;
        const ours = signedHeaders(target, body, { host, region, credentials, at });
        expect({ ...ours, authorization: undefined }).toEqual({ ...headers, authorization: undefined });
        expect(ours['authorization']).toBe(headers['authorization']);
      },
    ),
  );
});
