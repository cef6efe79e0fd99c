import { describe, expect, it } from 'vitest';
import {
  DeliveryMessageError,
  firstDeliveryBody,
  firstDeliveryHeader,
  parseDeliveryMessage,
  retryDeliveryBody,
} from './delivery-message.ts';

const target = { appId: 'app', publicationId: 'pub', publicationName: 'orders', subscriptionId: 'sub' };

describe('a delivery message', () => {
  it('carries its events as they were written', () => {
    const events = ['{"a":"line\\nbreak"}', '{"b":12345678901234567890}'];
    const body = firstDeliveryBody(firstDeliveryHeader(target), ...events);
    expect(parseDeliveryMessage(body)).toEqual({ kind: 'first', ...target, eventJsons: events });
  });

  it('carries a retry by reference', () => {
    const retry = { appId: 'app', publicationId: 'pub', deliveryId: 'd' };
    expect(parseDeliveryMessage(retryDeliveryBody({ ...retry, dueAtMs: 3 }))).toEqual({
      kind: 'retry',
      ...retry,
      dueAtMs: 3,
    });
    expect(parseDeliveryMessage(retryDeliveryBody(retry))).toEqual({ kind: 'retry', ...retry });
  });

  it.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['another version', '{"v":2,"kind":"first","appId":"a","publicationId":"p","publicationName":"n"}\n{}'],
    ['a first delivery without an event', firstDeliveryHeader(target)],
    ['a retry without a delivery', '{"v":1,"kind":"retry","appId":"a","publicationId":"p","dueAtMs":1}'],
    ['an array', '[]\n{}'],
    ['null', 'null'],
  ])('refuses %s', (_what, body) => {
    expect(() => parseDeliveryMessage(body)).toThrow(DeliveryMessageError);
  });
});
