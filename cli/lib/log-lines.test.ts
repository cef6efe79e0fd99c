import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManagementApiDouble } from '../../test/cli/management-api-double.ts';
import { ApiClient } from './api-client.ts';
import { logLineText, readLog, type ShownLogLine } from './log-lines.ts';
import { AppApi } from './sluice-command.ts';

const line = (given: Partial<ShownLogLine> = {}): ShownLogLine => ({
  id: '1',
  at: '2026-11-29T12:00:00.000Z',
  level: 'INFO',
  function: 'deliver',
  message: 'something happened',
  fields: { appId: 'app' },
  ...given,
});

describe('the log, page by page', () => {
  const api = new ManagementApiDouble();
  beforeAll(() => api.start());
  afterAll(() => api.stop());

  it('goes on where more lines share a moment than a page holds', async () => {
    const destination = {
      apiUrl: api.url,
      token: 'slc_app_test',
      app: 'shop',
      localRun: undefined,
      credentials: { path: '', localOrigin: undefined },
    };
    const [at, after] = ['2026-11-29T12:00:00.000Z', '2026-11-29T12:00:00.001Z'];
    const path = (from: string) => `/v1/tenants/shop/logs?from=${encodeURIComponent(from)}&limit=1000`;
    api.answer('GET', path(at), 200, { lines: [line()], next: at, until: at });
    api.answer('GET', path(after), 200, { lines: [line({ id: '2' })], until: after });
    const client = new AppApi('shop', destination, new ApiClient(destination, 'test'));
    const { lines, more } = await readLog(client, {}, at, Number.POSITIVE_INFINITY);
    expect({ ids: lines.map(({ id }) => id), more }).toEqual({ ids: ['1', '2'], more: false });
    expect(api.unused()).toEqual([]);
  });
});

describe('a line of the log for people', () => {
  it.each([
    [
      {
        code: 'DELIVERY_ATTEMPTED',
        fields: {
          publication: 'crm',
          eventId: 'e',
          outcome: 'delivered',
          attempt: 1,
          status: 204,
          durationMs: 12.4,
        },
      },
      'INFO   deliver        delivered to crm: 204 in 12 ms, attempt 1, event e',
    ],
    [
      {
        code: 'DELIVERY_ATTEMPTED',
        fields: {
          publication: 'crm',
          eventId: 'e',
          outcome: 'retry',
          attempt: 2,
          status: 503,
          errorId: 'http-503',
          durationMs: 3,
        },
      },
      'INFO   deliver        retry to crm: 503 in 3 ms, attempt 2, event e',
    ],
    [
      {
        code: 'DELIVERY_ATTEMPTED',
        fields: {
          publication: 'crm',
          eventId: 'e',
          outcome: 'retry',
          attempt: 1,
          errorId: 'timeout',
          durationMs: 15000,
        },
      },
      'INFO   deliver        retry to crm: timeout in 15000 ms, attempt 1, event e',
    ],
    [
      { code: 'EVENTS_DROPPED', function: 'pubsub-poller', fields: { publication: 'crm', count: 7 } },
      'INFO   pubsub-poller  7 events dropped by the filter to crm',
    ],
    [
      { level: 'WARN', code: 'FEED_FAILED', fields: { appId: 'app', topic: '/data/A', n: 3, isNew: true } },
      'WARN   deliver        something happened  topic=/data/A  n=3  isNew=true',
    ],
  ] as const)('of %j', (given, expected) => {
    expect(logLineText(line(given))).toBe(`2026-11-29T12:00:00.000Z  ${expected}`);
  });

  it('is one line without what a terminal obeys, whatever it holds', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\n', '\r', '\u001b', '\u009b', '\u0000', '\u202e', '\t', '[31m'),
        fc.string(),
      ),
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (at, message, name, value) => {
        for (const code of [undefined, 'DELIVERY_ATTEMPTED', 'EVENT_DROPPED', 'EVENTS_DROPPED']) {
          const fields = {
            [name]: value,
            publication: value,
            eventId: value,
            outcome: value,
            errorId: value,
          };
          const text = logLineText(line({ at, level: name, function: value, message, code, fields }));
          expect(text).not.toMatch(/\p{C}/u);
        }
      }),
    );
  });
});
