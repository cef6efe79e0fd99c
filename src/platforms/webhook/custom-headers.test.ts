import { describe, expect, it } from 'vitest';
import {
  CUSTOM_HEADERS_MAX,
  customHeadersText,
  parseCustomHeaders,
  readCustomHeaders,
} from './custom-headers.ts';

const many = (count: number, value = 'v') => Array.from({ length: count }, (_, n) => `X-${n}: ${value}`);

describe('the headers that an owner adds', () => {
  it('are read, stored as one text and read back', () => {
    const read = readCustomHeaders(['X-Api-Key: a:b c', 'x_tenant:1', 'Authorization: Splunk abc']);
    if (read.kind === 'refused') throw new Error(read.message);
    expect(read.headers).toEqual([
      { name: 'X-Api-Key', value: 'a:b c' },
      { name: 'x_tenant', value: '1' },
      { name: 'Authorization', value: 'Splunk abc' },
    ]);
    expect(parseCustomHeaders(customHeadersText(read.headers))).toEqual(read.headers);
  });

  it.each([
    ['X-Key', /without a colon/],
    [': abc', /name of a header.*found ""/],
    ['X Key: abc', /name of a header/],
    ['Schlüssel: abc', /name of a header/],
    ['X-Key\r\nHost: abc', /name of a header/],
    [`${'x'.repeat(101)}: abc`, /name of a header/],
    ['Host: example.com', /yours to choose, found Host/],
    ['content-LENGTH: 1', /yours to choose/],
    ['Transfer-Encoding: chunked', /yours to choose/],
    ['Webhook-Signature: v1,x', /yours to choose/],
    ['ce-id: 1', /yours to choose/],
    ['Proxy-Authorization: x', /yours to choose/],
    ['X-Key: s3cret\r\nX-Evil: 1', /value of X-Key on one line, found a line break/],
    ['X-Key: s3cret\nX-Evil', /line break/],
    ['X-Key: s3cret\u0000', /visible ASCII/],
    ['X-Key: s3cretÄ', /visible ASCII/],
    ['X-Key:', /visible ASCII/],
  ])('refuse %j, and do not say its value', (text, said) => {
    const read = readCustomHeaders([text]);
    expect(read).toMatchObject({ kind: 'refused', message: expect.stringMatching(said) });
    expect(JSON.stringify(read)).not.toContain('s3cret');
  });

  it('refuse a name that comes twice', () => {
    expect(readCustomHeaders(['X-Key: a', 'x-key: b'])).toMatchObject({
      message: 'expected each header once, found x-key again',
    });
  });

  it('are so many and so long at the most', () => {
    expect(readCustomHeaders(many(CUSTOM_HEADERS_MAX)).kind).toBe('headers');
    expect(readCustomHeaders(many(CUSTOM_HEADERS_MAX + 1))).toMatchObject({
      message: expect.stringMatching(/at most 20/),
    });
    const full = 4_000 - 'X-A: '.length;
    expect(readCustomHeaders([`X-A: ${'x'.repeat(full)}`]).kind).toBe('headers');
    expect(readCustomHeaders([`X-A: ${'x'.repeat(full + 1)}`])).toMatchObject({
      message: 'expected headers of at most 4000 bytes together, found 4001',
    });
  });
});
