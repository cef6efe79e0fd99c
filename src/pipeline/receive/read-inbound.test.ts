import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { WebhookSubscription } from '../../domain/subscriptions/subscription.ts';
import { compileAttribute } from './attribute-mapping.ts';
import { readInbound } from './read-inbound.ts';

const aSubscription = (given: Partial<WebhookSubscription> = {}): WebhookSubscription => ({
  id: '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c02',
  appId: 'app-1',
  name: 'hooks',
  platform: 'webhook',
  paused: false,
  verify: 'none',
  address: 'A'.repeat(22),
  createdAtMs: 0,
  version: 1,
  ...given,
});

interface Given {
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly id?: string;
}

function read(subscription: Partial<WebhookSubscription>, { body = '', headers = {}, type, id }: Given) {
  const mapping = (source: string | undefined) => {
    const compiled = source === undefined ? undefined : compileAttribute(source);
    if (compiled?.ok === false) throw new Error(compiled.message);
    return compiled?.mapping;
  };
  return readInbound(
    aSubscription(subscription),
    { headers, body: Buffer.from(body) },
    {
      nowMs: 0,
      newId: () => 'new',
      bodyBytesMax: 1_000,
      typeMapping: mapping(type),
      idMapping: mapping(id),
    },
  );
}

const json = { 'content-type': 'application/json' };

describe('CloudEvents', () => {
  const event = { specversion: '1.0', id: 'e1', source: '/s', type: 't', data: { n: 1 } };
  it.each<[string, Given]>([
    [
      'structured',
      { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) },
    ],
    [
      'batched',
      { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify([event]) },
    ],
    [
      'binary',
      {
        headers: { ...json, 'ce-specversion': '1.0', 'ce-id': 'e1', 'ce-source': '/s', 'ce-type': 't' },
        body: '{"n":1}',
      },
    ],
  ])('%s are taken as they are, whatever a mapping says', (_mode, given) => {
    expect(read({}, { ...given, type: '"x"', id: '"y"' })).toMatchObject({
      ok: true,
      events: [{ id: 'e1', source: '/s', type: 't', data: { n: 1 } }],
    });
  });
});

describe('another body', () => {
  it.each<[string, Given, object]>([
    ['JSON', { headers: json, body: '{"n":1}' }, { data: { n: 1 }, datacontenttype: 'application/json' }],
    ['JSON that nobody called so', { body: '[1]' }, { data: [1], datacontenttype: 'application/json' }],
    ['a text that nobody described', { body: 'hello' }, { data: 'hello', datacontenttype: 'text/plain' }],
    [
      'XML',
      { headers: { 'content-type': 'application/xml' }, body: '<a/>' },
      { data: '<a/>', datacontenttype: 'application/xml' },
    ],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
      { datacontenttype: 'application/x-www-form-urlencoded' },
    ],
    [
      'bytes',
      { headers: { 'content-type': 'image/png' }, body: Buffer.from([0, 255]) },
      { data_base64: 'AP8=', datacontenttype: 'image/png' },
    ],
    ['nothing', {}, { type: 'app.received.hooks' }],
    [
      'what was compressed',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync('{"n":1}') },
      { data: { n: 1 } },
    ],
  ])('of %s is an event', (_what, given, expected) => {
    expect(read({}, given)).toMatchObject({
      ok: true,
      events: [
        {
          id: 'new',
          type: 'app.received.hooks',
          subject: 'hooks',
          source: '/tenants/app-1/subscriptions/hooks',
          time: '1970-01-01T00:00:00.000Z',
          ...expected,
        },
      ],
    });
  });

  it.each<[string, Given, string]>([
    ['that claims to be JSON', { headers: json, body: '{"n":' }, 'malformed'],
    ['of JSON in other bytes', { headers: json, body: Buffer.from([0xe9]) }, 'malformed'],
    ['that is too large', { body: 'x'.repeat(1_001) }, 'too-large'],
    [
      'that becomes too large',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('x'.repeat(50_000)) },
      'too-large',
    ],
    ['in an unknown coding', { headers: { 'content-encoding': 'br' }, body: 'x' }, 'unsupported'],
    ['that is nested too deep', { headers: json, body: '['.repeat(501) }, 'malformed'],
  ])('%s is refused', (_what, given, kind) => {
    expect(read({}, given)).toMatchObject({ ok: false, refusal: { kind } });
  });
});

describe('type and id', () => {
  it.each<[WebhookSubscription['verify'], Given, object]>([
    [
      'github',
      {
        headers: { ...json, 'x-github-event': 'issues', 'x-github-delivery': 'd-1' },
        body: '{"action":"opened"}',
      },
      { type: 'com.github.issues.opened', id: 'd-1' },
    ],
    [
      'github',
      { headers: { ...json, 'x-github-event': 'push' }, body: '{}' },
      { type: 'com.github.push', id: 'new' },
    ],
    [
      'standard-webhooks',
      { headers: { ...json, 'webhook-id': 'msg_1' }, body: '{"type":"invoice.paid"}' },
      { type: 'invoice.paid', id: 'msg_1' },
    ],
    [
      'token',
      { headers: { ...json, 'idempotency-key': 'k' }, body: '{}' },
      { type: 'app.received.hooks', id: 'k' },
    ],
  ])('of %s are where its senders put them', (verify, given, expected) => {
    expect(read({ verify }, given)).toMatchObject({ ok: true, events: [expected] });
  });

  it('of a data action are those of each change that it holds', () => {
    const change = (id: string, prompt: string) => ({ EventUuid: id, EventPrompt: prompt, Offset: 1 });
    const body = JSON.stringify({
      count: 2,
      schemas: [],
      events: [change('u1', 'INSERT'), change('u2', 'DELETE')],
    });
    expect(read({ verify: 'data-cloud' }, { headers: json, body })).toMatchObject({
      ok: true,
      events: [
        { id: 'u1', type: 'com.salesforce.datacloud.action.INSERT', data: { EventUuid: 'u1' } },
        { id: 'u2', type: 'com.salesforce.datacloud.action.DELETE' },
      ],
    });
  });

  it.each<[string, string, string]>([
    ['"com.shop." + this.kind', 'this.order.id', 'an expression'],
    ['root = "com.shop." + this.kind', 'root = this.order.id.string()', 'a mapping'],
    ['@kind', '@.order', 'the headers'],
  ])('come of %j and %j: %s', (type, id) => {
    const headers = { ...json, kind: 'com.shop.sold', order: '17' };
    expect(read({}, { headers, body: '{"kind":"sold","order":{"id":17}}', type, id })).toMatchObject({
      ok: true,
      events: [{ type: 'com.shop.sold', id: '17' }],
    });
  });

  it.each([
    ['this.nothing', /none/],
    ['this.order', /none/],
    ['deleted()', /none/],
    ['throw("no")', /no/],
    ['"a\\nb"', /control/],
  ])('that %j does not give are refused with the reason', (id, message) => {
    expect(read({}, { headers: json, body: '{"order":{}}', id })).toMatchObject({
      ok: false,
      refusal: { kind: 'malformed', message: expect.stringMatching(message) },
    });
  });
});
