import { describe, expect, test } from 'vitest';
import type { Flow } from '../../api/objects.ts';
import { attention, type Cause } from './attention.ts';
import { type Complaint, complaintsOf } from './complaints.ts';
import { layOut, STREAMS_SHOWN_MAX } from './layout.ts';
import { everyMinute, type Minutes, ratePerMinute } from './minutes.ts';

const NOW_MS = Date.parse('2026-11-29T12:00:30Z');
const AT = '2026-11-29T11:59:00Z';

type Subscription = Flow['subscriptions'][number];
type Publication = Flow['publications'][number];
type Stream = Flow['streams'][number];

function minute(counts: Partial<Minutes[number]>, at = AT): Minutes[number] {
  return { at, received: 0, delivered: 0, kept: 0, failed: 0, parked: 0, dropped: 0, ...counts };
}

function subscription(more: Partial<Subscription> = {}): Subscription {
  return { id: 's1', name: 'orders', platform: 'webhook', paused: false, minutes: [], ...more };
}

function publication(more: Partial<Publication> = {}): Publication {
  return {
    id: 'p1',
    name: 'crm',
    platform: 'webhook',
    state: 'active',
    deliveries: { waiting: 0, available: 0, parked: 0, rejected: 0, exhausted: 0 },
    minutes: [],
    direct: [],
    ...more,
  };
}

function stream(more: Partial<Stream> = {}): Stream {
  return {
    source: { id: 's1', name: 'orders' },
    target: { id: 'p1', name: 'crm' },
    filter: null,
    ordered: false,
    trace_drops: false,
    minutes: [],
    ...more,
  };
}

function flow(more: Partial<Flow> = {}): Flow {
  return {
    app: { id: 'a', name: 'shop' },
    subscriptions: [subscription()],
    streams: [stream()],
    publications: [publication()],
    complete: true,
    refresh_after_ms: 5_000,
    ...more,
  };
}

function complaint(more: Partial<Complaint> = {}): Complaint {
  return {
    publication: 'crm',
    subscription: 'orders',
    stage: 'send',
    errorId: 'http-401',
    message: 'the receiver refused the event with 401: look at its log',
    count: 3,
    lastAt: AT,
    newest: { id: 'd1', eventId: 'e1' },
    isRetried: true,
    ...more,
  };
}

const causesOf = (of: Flow, complaints: readonly Complaint[] = []) =>
  attention('shop', of, complaints, NOW_MS);

function only(causes: readonly Cause[]): Cause {
  expect(causes).toHaveLength(1);
  return causes[0] as Cause;
}

describe('what needs attention', () => {
  test('is nothing where events flow', () => {
    const minutes = [minute({ received: 100, delivered: 100 })];
    expect(
      causesOf(flow({ streams: [stream({ minutes })], publications: [publication({ minutes })] })),
    ).toEqual([]);
  });

  test('a wrong token at a receiver', () => {
    const cause = only(causesOf(flow(), [complaint()]));
    expect(cause).toMatchObject({
      weight: 'bad',
      title: 'The receiver of crm refuses our token (HTTP 401)',
      command: 'sluice events:publications:update crm --token-file FILE -a shop',
      words: 'the receiver refused the event with 401: look at its log',
    });
    expect(cause.fix).toContain('token');
    expect(cause.links).toContainEqual({
      text: 'The newest event’s story',
      view: 'events',
      segments: ['e1'],
    });
  });

  test('the same, once only, while the breaker is open', () => {
    const breaker = {
      state: 'open',
      since: AT,
      error: { id: 'http-401', message: 'the receiver refused the event with 401: look at its log' },
    };
    const broken = flow({ publications: [publication({ breaker })] });
    expect(only(causesOf(broken, [complaint()])).seen).toContain('breaker is open');
    expect(only(causesOf(broken)).title).toBe('The receiver of crm refuses our token (HTTP 401)');
  });

  test('a filter that drops nearly everything, and not one of which few events are known', () => {
    const filter = 'root = if this.amount > 99 { this } else { deleted() }';
    const cause = only(
      causesOf(flow({ streams: [stream({ filter, minutes: [minute({ received: 100, dropped: 98 })] })] })),
    );
    expect(cause).toMatchObject({
      title: 'The filter of orders → crm drops nearly everything',
      words: filter,
      seen: '98 of 100 events of the last hour (98 %) did not pass.',
    });
    expect(cause.links[0]).toMatchObject({ view: 'workbench', query: { source: 'orders', target: 'crm' } });
    expect(
      causesOf(flow({ streams: [stream({ filter, minutes: [minute({ received: 9, dropped: 9 })] })] })),
    ).toEqual([]);
    expect(
      causesOf(flow({ streams: [stream({ filter, minutes: [minute({ received: 100, dropped: 89 })] })] })),
    ).toEqual([]);
    expect(
      only(
        causesOf(flow({ streams: [stream({ filter, minutes: [minute({ received: 10, dropped: 10 })] })] })),
      ).title,
    ).toBe('The filter of orders → crm drops everything');
  });

  test('a revoked authorization, once for all that read by it, and not again by its feed', () => {
    const authorization = {
      alias: 'acme',
      status: 'dead',
      reason: 'The grant was revoked. Authorize the org again',
    };
    const feed = { state: 'waiting', gaps: 0, reason: { id: 'x', message: 'no authorization', at: AT } };
    const cause = only(
      causesOf(
        flow({
          subscriptions: [
            subscription({ authorization, feed }),
            subscription({ id: 's2', name: 'accounts', authorization, feed }),
          ],
          streams: [stream(), stream({ source: { id: 's2', name: 'accounts' } })],
        }),
      ),
    );
    expect(cause).toMatchObject({
      weight: 'bad',
      title: 'The authorization of the org acme was revoked or has expired',
      seen: 'orders and accounts get no events from this org.',
      words: authorization.reason,
    });
    expect(cause.fix).toContain('Authorize the org again');
  });

  test('a paused publication, which can be resumed from there', () => {
    const deliveries = { waiting: 0, available: 0, parked: 7, rejected: 0, exhausted: 0 };
    expect(
      only(causesOf(flow({ publications: [publication({ state: 'paused', deliveries })] }))),
    ).toMatchObject({
      weight: 'warn',
      title: 'The publication crm is paused',
      seen: 'Nothing is sent to it. 7 deliveries parked.',
      resumes: { kind: 'publications', name: 'crm' },
    });
  });

  test('a field that does not exist', () => {
    const message =
      'failed assignment (line 1): expected number value, got null from field `this.totals.amount`';
    expect(
      only(
        causesOf(flow(), [
          complaint({ stage: 'filter', errorId: 'filter-failed', message, isRetried: false }),
        ]),
      ),
    ).toMatchObject({
      weight: 'bad',
      title: 'The filter of orders → crm fails on events',
      words: message,
    });
    expect(
      only(causesOf(flow(), [complaint({ errorId: 'field-mismatch', message: 'no field "Stauts__c"' })])),
    ).toMatchObject({ title: 'Events do not fit the target of crm', words: 'no field "Stauts__c"' });
  });

  test('what is long over is left over, and not broken', () => {
    const old = complaint({ lastAt: '2026-11-28T12:00:00Z', isRetried: false });
    expect(only(causesOf(flow(), [old])).weight).toBe('warn');
  });

  test('a subscription whose events go nowhere', () => {
    expect(only(causesOf(flow({ streams: [] }))).title).toBe('The events of orders go nowhere');
  });

  test('the worst comes first', () => {
    const causes = causesOf(
      flow({
        subscriptions: [subscription({ paused: true })],
        streams: [stream({ filter: 'root = deleted()', minutes: [minute({ received: 50, dropped: 50 })] })],
      }),
      [complaint()],
    );
    expect(causes.map(({ weight }) => weight)).toEqual(['bad', 'warn', 'note']);
  });

  test.each([
    ['timeout', 'does not answer in time'],
    ['connection-refused', 'cannot be reached'],
    ['name-not-found', 'does not exist'],
    ['http-404', 'leads to nothing'],
    ['http-503', 'fails (HTTP 503)'],
    ['http-422', 'refuses events (HTTP 422)'],
    ['http-302', 'redirects'],
    ['oauth-refused', 'gives no token'],
    ['authorization-gone', 'gives us no access'],
    ['something-new', 'fail (something-new)'],
    // A property that every object has must not count as a known error.
    ['constructor', 'fail (constructor)'],
  ])('%s is said in words', (errorId, words) => {
    expect(only(causesOf(flow(), [complaint({ errorId })])).title).toContain(words);
  });
});

test('deliveries that failed alike are one complaint, told of the newest', () => {
  const delivery = (id: string, error: string | undefined, status = 'waiting') => ({
    id,
    status,
    stage: 'send',
    publication: { id: 'p1', name: 'crm' },
    event_id: `e-${id}`,
    event_type: 't',
    attempt_count: 1,
    ...(error !== undefined && { last_error: { id: error, message: `${error} of ${id}` } }),
    created_at: AT,
    updated_at: AT,
  });
  const found = complaintsOf({
    deliveries: [
      delivery('3', 'timeout', 'exhausted'),
      delivery('2', 'http-500'),
      delivery('1', 'timeout', 'exhausted'),
      delivery('0', undefined, 'parked'),
    ],
    scanned: 4,
  });
  expect(found).toMatchObject([
    {
      errorId: 'timeout',
      count: 2,
      message: 'timeout of 3',
      newest: { id: '3', eventId: 'e-3' },
      isRetried: false,
    },
    { errorId: 'http-500', count: 1, isRetried: true },
  ]);
});

describe('minutes', () => {
  test('a rate is of the last full minutes, and of fewer where there were fewer', () => {
    const minutes = [
      minute({ received: 50 }, '2026-11-29T11:50:00Z'),
      minute({ received: 10 }, '2026-11-29T11:58:00Z'),
      minute({ received: 20 }, '2026-11-29T11:59:00Z'),
      minute({ received: 7 }, '2026-11-29T12:00:00Z'),
    ];
    expect(ratePerMinute(minutes, 'received', NOW_MS)).toBe(6);
    expect(ratePerMinute(minutes.slice(2), 'received', NOW_MS)).toBe(20);
    expect(ratePerMinute(minutes.slice(3), 'received', NOW_MS)).toBe(7);
    expect(ratePerMinute([], 'received', NOW_MS)).toBe(0);
  });

  test('every minute of the hour has a place, and what is older has none', () => {
    const values = everyMinute(
      [minute({ received: 9 }, '2026-11-29T10:59:00Z'), minute({ received: 3 }, '2026-11-29T12:00:00Z')],
      'received',
      NOW_MS,
    );
    expect(values).toHaveLength(60);
    expect(values.at(-1)).toBe(3);
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(3);
  });
});

describe('the picture', () => {
  test('leads from each source by its streams to their targets, and from apps to what they publish to', () => {
    const layout = layOut(flow({ publications: [publication({ direct: [minute({ received: 1 })] })] }));
    expect(layout.sources.map(({ node }) => (node === 'apps' ? node : node.name))).toEqual([
      'orders',
      'apps',
    ]);
    expect(layout.middle).toHaveLength(2);
    expect(layout.left).toHaveLength(2);
    expect(layout.right.map(({ to }) => to)).toEqual([1, 1]);
  });

  test('draws as many streams as one can take in, and says how many it leaves out', () => {
    const many = Array.from({ length: STREAMS_SHOWN_MAX + 3 }, (_, index) =>
      stream({ target: { id: `p${index}`, name: `crm${index}` } }),
    );
    const layout = layOut(flow({ streams: many }));
    expect(layout.middle).toHaveLength(STREAMS_SHOWN_MAX);
    expect(layout.hidden).toBe(3);
  });
});
