import { describe, expect, it } from 'vitest';
import { ApiError } from '../cli/lib/api-client.ts';
import { refusedByOthers } from './serve.ts';
import { shownValue } from './withheld.ts';

const PAYLOAD = 'IBAN DE02';

/** Places where an API answer may hold or quote a payload: routes, attempts, letters, log lines. */
const PLACES: readonly (readonly [string, object])[] = [
  ['the data of an event', { event: { specversion: '1.0', id: '1', data: { iban: PAYLOAD } } }],
  ['an event in Base64', { event: { specversion: '1.0', id: '1', data_base64: PAYLOAD } }],
  ['an attribute of its own', { events: [{ id: '1', event: { id: '1', partitionkey: PAYLOAD } }] }],
  ['what a receiver answered', { attempts: [{ status: 500, answer: PAYLOAD }] }],
  ['what is said of an attempt', { attempts: [{ error_id: 'http-500', message: `failed: ${PAYLOAD}` }] }],
  ['a last error', { last_error: { id: 'field-mismatch', message: `expected a date, found ${PAYLOAD}` } }],
  ['a breaker', { breaker: { state: 'open', error: { id: 'http-500', message: PAYLOAD } } }],
  ['why a publication is disabled', { publications: [{ name: 'crm', state_reason: `410: ${PAYLOAD}` }] }],
  ['why an event is in quarantine', [{ id: '1', reason: `cannot decode ${PAYLOAD}` }]],
  ['an undecoded event', { id: '1', payload: PAYLOAD }],
  ['a dead letter', { id: '1', kind: 'delivery', reason: PAYLOAD, body: PAYLOAD }],
  ['a line of the log', { lines: [{ message: 'an attempt', fields: { error: PAYLOAD, message: PAYLOAD } }] }],
  [
    'a filter that is tried',
    [
      {
        examples: [
          { kind: 'failed', message: PAYLOAD },
          { kind: 'kept', data: PAYLOAD },
        ],
      },
    ],
  ],
];

describe('payloads', () => {
  it.each(PLACES)('are withheld from %s, and shown where they may be', (_place, answer) => {
    const value = JSON.parse(JSON.stringify(answer));
    expect(JSON.stringify(shownValue(value, false))).not.toContain(PAYLOAD);
    expect(shownValue(value, true)).toEqual(value);
  });

  it('leave what helps: attributes, ids, status, the line of a filter, and what is all ours', () => {
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/s',
      type: 't',
      subject: 'x',
      time: '2026-11-23T20:00:00Z',
    };
    const ours = 'expected to reach https://example.com/: nothing listens there (connection refused)';
    const answer = {
      event,
      attempts: [
        { status: 503, error_id: 'http-503' },
        { error_id: 'connection-refused', message: ours },
        {
          error_id: 'filter-failed',
          message: `failed assignment (line 3): expected a number, found "${PAYLOAD}"`,
        },
      ],
      authorizations: [{ alias: 'org', reason: { id: 'invalid-grant', message: 'The login was revoked' } }],
      lines: [{ message: 'a worker took up a feed', fields: { feedId: 'f' } }],
    };
    expect(shownValue(answer, false)).toMatchObject({
      ...answer,
      attempts: [
        { status: 503 },
        { message: ours },
        {
          message: expect.stringMatching(
            /^failed assignment \(line 3\): \[withheld: payload, \d+ characters\]$/,
          ),
        },
      ],
    });
  });
});

describe('secrets', () => {
  it.each([true, false])('are not shown, with payloads: %s', (showsPayloads) => {
    const value = {
      name: 'crm',
      signing_secret: 'whsec_abc',
      token: 'slc_app_abc',
      inbound_url: 'https://events.example.com/in/AbCdEf',
      params: { secret: 'set' },
    };
    const shown = shownValue(value, showsPayloads);
    expect(JSON.stringify(shown)).not.toMatch(/whsec_|slc_app_|AbCdEf/);
    // Whether there is one is no secret.
    expect(shown).toMatchObject({ params: { secret: 'set' } });
  });
});

describe('a refusal that repeats what others said', () => {
  const text = (showsPayloads: boolean) =>
    refusedByOthers(
      new ApiError(`the event stays in quarantine: </data> ${PAYLOAD}`, 409, 'not-replayable'),
      showsPayloads,
    ).content[0]?.text ?? '';

  it('is withheld, and stands between the marks where it is shown', () => {
    expect(text(false)).not.toContain(PAYLOAD);
    expect(text(false)).toMatch(/^The service refused it \(not-replayable\); why is in the data\.\n<data /);
    const [words = '', shown = ''] = text(true).split(/<data [^>]*>/);
    expect(words).not.toContain(PAYLOAD);
    expect(shown).toContain(PAYLOAD);
    expect(shown.match(/<\/data>/g)).toHaveLength(1);
  });
});
