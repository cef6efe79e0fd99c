import { beforeEach, describe, expect, it } from 'vitest';
import { StorageFullError } from '../../src/domain/storage-full.ts';
import { ApiUnderTest, overridden } from '../../test/support/api-under-test.ts';
import {
  api,
  app,
  authorized,
  call,
  EVENT,
  expectProblem,
  generate,
  NOTHING,
  openShop,
  owned,
  TOPIC,
} from '../../test/support/shop.ts';
import { BODY_BYTES_MAX } from './parse.ts';

beforeEach(openShop);

describe('bad input', () => {
  it.each(['shop/eu', '', ' shop', 'a b', '-a', 'é', 'x'.repeat(81), '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f'])(
    'refuses the name %j everywhere',
    async (name) => {
      await authorized();
      const bodies: [string, object][] = [
        ['/platforms/generate/subscriptions', { name, interval: '1m', mapping: 'root = 1' }],
        ['/platforms/salesforce/subscriptions', { name, topic: TOPIC, alias: 'my-org' }],
        ['/platforms/webhook/publications', { name, url: 'https://example.com/' }],
        ['/platforms/salesforce/publications', { name, topic: EVENT, alias: 'my-org' }],
        ['/platforms/salesforce/authorizations', { alias: name, client_id: 'key' }],
      ];
      for (const [path, body] of bodies)
        expectProblem(await call('POST', path, body), 422, 'invalid-name', /expected a name/);
      expectProblem(await api.call('POST', '/v1/apps', { body: { name } }), 422, 'invalid-name');
      expect(await owned()).toEqual(NOTHING);
    },
  );

  it.each(['v1', 'V2'])(
    'keeps the name %s, under which the API is found, from publications alone',
    async (name) => {
      const reserved = await call('POST', '/platforms/webhook/publications', {
        name,
        url: 'https://example.com/',
      });
      expectProblem(reserved, 422, 'invalid-name', /reserved for a version of the management API/);
      expect(await owned()).toEqual(NOTHING);
      expect((await generate(name)).status).toBe(201);
    },
  );

  it.each([
    ['a name that is not closed', '{"name": "x'],
    ['nothing', ''],
    ['a bare word', 'name=x'],
  ])('refuses %s as malformed JSON, without quoting it', async (_name, body) => {
    const answer = await call('POST', '/platforms/webhook/publications', body);
    expectProblem(answer, 400, 'malformed-json', /expected a JSON object/);
    if (body !== '') expect(answer.text).not.toContain(body);
  });

  it('takes a body in base64, as API Gateway may send it', async () => {
    expect((await generate('ticks', {})).status).toBe(201);
    const answer = await call('POST', '/streams', { source: 'ticks', target: 'none' }, { base64: true });
    expectProblem(answer, 404, 'not-found', /publication/);
  });

  it.each(['[]', 'null', '"x"', '1'])('refuses the body %s', async (body) => {
    expectProblem(await call('POST', '/streams', body), 400, 'invalid-request');
  });

  it('names every unknown, missing and wrong field', async () => {
    const answer = await call('POST', '/platforms/webhook/publications', {
      url: 5,
      timeout_seconds: 31,
      content_mode: 'batched',
      retries: 3,
    });
    expectProblem(answer, 400, 'invalid-request');
    const errors: { field: string; message: string }[] = answer.body.errors;
    expect(errors.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['name', 'url', 'timeout_seconds', 'content_mode', 'retries']),
    );
    expect(answer.body.message).toMatch(/unknown field "retries"/);
    expect(answer.body.message).toMatch(/expected "name" to be given/);
    expect(answer.body.message).toMatch(/expected "url" to be a text, found 5/);
  });

  it('says of a number with a fraction that a whole one was expected', async () => {
    const body = { name: 'hook', url: 'https://example.com/', timeout_seconds: 1.5 };
    const answer = await call('POST', '/platforms/webhook/publications', body);
    expectProblem(answer, 400, 'invalid-request', /expected "timeout_seconds" to be a whole number/);
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from('{"label":"\xff"}', 'latin1'), 'malformed-json', /in UTF-8/],
    ['a byte order mark', '\uFEFF{}', 'malformed-json', /byte order mark/],
    ['a number that no double holds', '{"label":1e400}', 'malformed-json', /a number beyond 1.8e308/],
    ['an array where every field is optional', '[]', 'invalid-request', /a JSON object, found an array/],
  ])('refuses %s', async (_what, body, id, message) => {
    expectProblem(await call('POST', '/tokens', body), 400, id, message);
  });

  it('refuses parameters of the query that it does not know, and those that are there twice', async () => {
    for (const [method, path] of [
      ['GET', '/publications'],
      ['GET', '/publications/none'],
      ['POST', '/tokens'],
      ['DELETE', '/publications/none'],
      ['GET', '/deliveries'],
    ] as const) {
      expectProblem(await call(method, `${path}?bogus=1`), 400, 'invalid-request', /unknown field "bogus"/);
    }
    expectProblem(await api.call('GET', '/v1/openapi.json?x=1', { token: null }), 400, 'invalid-request');
    expectProblem(await call('GET', '/deliveries?limit=1&limit=2'), 400, 'invalid-request', /"limit" once/);
  });

  it('refuses a cursor that it did not make', async () => {
    for (const after of ['garbage', '', 'MDAw', '%FF', 'AAAA====']) {
      expectProblem(await call('GET', `/deliveries?after=${after}`), 400, 'invalid-request', /"after"/);
    }
  });

  it('answers HEAD as GET, but for the body', async () => {
    const head = await call('HEAD', '/publications');
    const get = await call('GET', '/publications');
    // Each of the two counted against the app's limit.
    expect([head.status, head.text, { ...head.headers, ratelimit: '' }]).toEqual([
      200,
      '',
      { ...get.headers, ratelimit: '' },
    ]);
    expect(await call('HEAD', '/publications/none')).toMatchObject({ status: 404, text: '' });
    expectProblem(
      await call('PUT', '/publications/none'),
      405,
      'method-not-allowed',
      /GET, HEAD, PATCH, DELETE/,
    );
  });

  it('refuses a key that could reach a prototype', async () => {
    const answer = await call('POST', '/streams', '{"source":"a","target":"b","__proto__":{"x":1}}');
    expectProblem(answer, 400, 'invalid-request', /__proto__/);
  });

  it.each([
    ['a full body', BODY_BYTES_MAX, 400, 'malformed-json'],
    ['one byte more', BODY_BYTES_MAX + 1, 413, 'body-too-large'],
    ['2 MiB', 2_097_152, 413, 'body-too-large'],
  ])('takes %s by its size', async (_name, bytes, status, id) => {
    expectProblem(await call('POST', '/streams', 'x'.repeat(bytes)), status, id);
  });

  it('answers 404 to unknown paths and platforms, 405 to the wrong method', async () => {
    expectProblem(await call('GET', '/nothing'), 404, 'not-found');
    expectProblem(await call('GET', '/subscriptions/%E0%A4%A'), 404, 'not-found');
    expectProblem(await call('GET', '/subscriptions/a%2Fb'), 404, 'not-found', /"a\/b"/);
    expectProblem(
      await call('POST', '/platforms/sap/publications', {}),
      404,
      'not-found',
      /webhook, salesforce/,
    );
    const wrong = await call('PUT', '/subscriptions');
    expectProblem(wrong, 405, 'method-not-allowed');
    expect(wrong.headers['allow']).toBe('GET, HEAD');
  });
});

describe('an error of ours', () => {
  it('is answered as a problem and logged without what was sent', async () => {
    const { stores } = api;
    const broken = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        publications: overridden(stores.publications, {
          list: async () => {
            throw new Error('the table is away: hush-hush');
          },
        }),
      }),
    });
    const answer = await broken.call('POST', `/v1/tenants/${app.id}/platforms/webhook/publications`, {
      token: app.token,
      body: { name: 'hook', url: 'https://example.com/', token: 'hush-hush' },
    });
    expectProblem(answer, 500, 'internal-error', /request-1/);
    expect(answer.text).not.toContain('hush-hush');
    expect(broken.logged.join()).toContain('REQUEST_FAILED');
    expect(broken.logged.join()).not.toContain('hush-hush');
  });

  it('says that the disk is full where that is why, and when to try again', async () => {
    const { stores } = api;
    const full = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        publications: overridden(stores.publications, {
          create: async () => {
            throw new StorageFullError('full');
          },
        }),
      }),
    });
    const answer = await full.call('POST', `/v1/tenants/${app.id}/platforms/webhook/publications`, {
      token: app.token,
      body: { name: 'hook', url: 'https://example.com/' },
    });
    expectProblem(answer, 507, 'storage-full', /nothing was changed\. Make room/);
    expect(answer.headers['retry-after']).toBe('30');
  });
});
