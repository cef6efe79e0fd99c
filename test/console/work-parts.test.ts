import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  DELIVERY_FIELDS,
  faultIn,
  givenIn,
  queryOf,
  withStatuses,
  wordsOf,
} from '../../console/views/deliveries/filter.ts';
import { answer } from '../../console/views/workbench/engine.ts';
import { BEYOND_FILTERS, faultOf } from '../../console/views/workbench/faults.ts';
import { lineDiff } from '../../console/views/workbench/line-diff.ts';
import type { Answers, BacktestReport } from '../../console/views/workbench/messages.ts';
import { sampleOfTopic } from '../../console/views/workbench/sample-event.ts';
import { tokensOf } from '../../console/views/workbench/tokens.ts';
import { compile } from '../../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../src/bloblang/stdlib/registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../../src/bloblang/stdlib/registry-library.ts';

// Decisions of the deliveries and filters views that need no page.

const NOW_MS = Date.parse('2026-11-29T12:00:00Z');

describe('a filter of deliveries', () => {
  it('is read from the address, and asks the API for the same', () => {
    const given = givenIn(
      new URLSearchParams('status=rejected,exhausted&http_status=503&from=2h&page=3&unknown=1&error= x '),
      DELIVERY_FIELDS,
    );
    expect(given).toEqual({ status: 'rejected,exhausted', http_status: '503', from: '2h', error: 'x' });
    expect(queryOf(given, NOW_MS)).toEqual({ ...given, from: '2026-11-29T10:00:00.000Z' });
    expect(bodyOf(given, NOW_MS)).toEqual({
      status: ['rejected', 'exhausted'],
      http_status: 503,
      from: '2026-11-29T10:00:00.000Z',
      error: 'x',
    });
    expect(wordsOf(given, DELIVERY_FIELDS)).toEqual([
      'Status: rejected, exhausted',
      'Error holds: x',
      'HTTP status: 503',
      'Since: 2h',
    ]);
    expect(withStatuses({}, 'retry')).toEqual({ status: 'rejected,exhausted' });
    expect(withStatuses({ status: 'parked' }, 'discard')).toEqual({ status: 'parked' });
  });

  it.each([
    ['from', '2h', undefined],
    ['from', '2026-11-23T20:00:00Z', undefined],
    ['until', '2026-02-31T20:00:00Z', 'Until: expected how long ago'],
    ['from', 'soon', 'Since: expected how long ago'],
    ['http_status', '599', undefined],
    ['http_status', '600', 'HTTP status: expected'],
    ['http_status', '5', 'HTTP status: expected'],
  ])('says what is wrong with %s %s', (name, value, expected) => {
    const field = DELIVERY_FIELDS.find((each) => each.name === name)!;
    const fault = faultIn(field, value);
    if (expected === undefined) expect(fault).toBeUndefined();
    else expect(fault).toContain(expected);
  });
});

describe('the workbench', () => {
  it('knows which built-ins the filters of streams do not have', () => {
    expect([...BEYOND_FILTERS].toSorted()).toEqual(LIBRARY_DEFINITIONS.map(({ name }) => name).toSorted());
  });

  it.each([
    ['root = this.a.shout("x")', 'shout'],
    ['root = this.shout.shout()', 'shout'],
    ['root = shout()', 'shout'],
    ['root.a = 1\nroot.b = 💥', '💥'],
    ['root = this.a.', '.'],
    ['root = "💥" + §', '§'],
  ])('underlines what is wrong in %s', (source, expected) => {
    const compiled = compile(source, { definitions: EXTENDED_DEFINITIONS });
    if (compiled.ok) throw new Error('expected it not to compile');
    const { from, to } = faultOf(source, compiled.diagnostics[0]);
    expect(source.slice(from, to)).toBe(expected);
  });

  const events = [1, 2, 3, 4].map((n) => ({
    specversion: '1.0',
    id: `e${n}`,
    source: '/s',
    type: 't',
    data: { n },
  }));
  const tested = (source: string | null, current?: string | null): BacktestReport =>
    answer(
      { kind: 'backtest', source, events, ...(current !== undefined && { current: { source: current } }) },
      () => {},
    ) as Answers['backtest'];

  it('counts what passes, with the newest of each kind, and what is different', () => {
    expect(
      tested('root = if this.n == 4 { throw("four") } else if this.n > 1 { this } else { deleted() }', null),
    ).toEqual({
      events: 4,
      tried: 4,
      kept: 2,
      dropped: 1,
      failed: 1,
      examples: [
        { kind: 'kept', eventId: 'e3', data: { n: 3 } },
        { kind: 'kept', eventId: 'e2', data: { n: 2 } },
        { kind: 'dropped', eventId: 'e1', data: { n: 1 } },
        { kind: 'failed', eventId: 'e4', message: expect.stringContaining('four') },
      ],
      comparison: {
        same: 2,
        changes: [
          { what: 'passes now, would be dropped', events: 1, example: 'e1' },
          { what: 'passes now, would fail', events: 1, example: 'e4' },
        ],
      },
      refusal: undefined,
    });
    expect(tested(null, 'root = this').comparison).toEqual({ same: 4, changes: [] });
    expect(tested('root = this', 'root = nonsense(').refusal).toContain(
      'The filter that the stream has now does not compile',
    );
  });

  it('makes a sample of every kind of field, and none that is endless', () => {
    const schema = {
      $defs: {
        Header: {
          type: 'object',
          properties: {
            changeType: { enum: ['CREATE', 'UPDATE'] },
            recordIds: { type: 'array', items: { type: 'string' } },
            again: { $ref: '#/$defs/Header' },
          },
        },
      },
      type: 'object',
      properties: {
        ChangeEventHeader: { $ref: '#/$defs/Header' },
        Amount: { type: ['null', 'number'] },
        Count: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
        CloseDate: { type: 'integer' },
        IsWon: { type: 'boolean' },
        Name: { type: 'string' },
        __proto__x: { type: 'string' },
      },
    };
    const sample = sampleOfTopic('/data/A', ['com.x.CREATE', 'com.x.UPDATE'], schema);
    expect(sample).toMatchObject({
      type: 'com.x.UPDATE',
      subject: '/data/A',
      data: {
        ChangeEventHeader: { changeType: 'UPDATE', recordIds: ['001000000000001AAA'] },
        Amount: 1.5,
        Count: 1,
        CloseDate: 1_768_469_400_000,
        IsWon: true,
        Name: 'some Name',
      },
    });
    expect(JSON.stringify(sample).length).toBeLessThan(2_000);
    expect(sampleOfTopic('/event/B__e', [], undefined)).toMatchObject({ data: null });
  });

  it('shows a change line by line', () => {
    const marks = { same: ' ', removed: '-', added: '+' };
    const shown = (before: string, after: string) =>
      lineDiff(before, after).map(({ kind, text }) => marks[kind] + text);
    expect(shown('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
    expect(shown('', 'a')).toEqual(['+a']);
    expect(shown('a', '')).toEqual(['-a']);
    expect(shown('a\na\nb', 'a\nb')).toEqual([' a', '-a', ' b']);
    const long = Array.from({ length: 2_000 }, (_, n) => `${n}`).join('\n');
    expect(lineDiff(long, long.replaceAll('1', '9')).length).toBeGreaterThan(2_000);
  });

  it('colours what the eye looks for', () => {
    const source =
      '# all\nroot.a = if this.b == "x # y" { 12 } else { deleted() } # end\nlet t = """\nif\n"""';
    expect(tokensOf(source).map(({ from, to, kind }) => `${kind} ${source.slice(from, to)}`)).toEqual([
      'comment # all',
      'target root',
      'keyword if',
      'keyword this',
      'string "x # y"',
      'number 12',
      'keyword else',
      'keyword deleted',
      'comment # end',
      'keyword let',
      'string """\nif\n"""',
    ]);
    // Any input takes only a moment.
    expect(tokensOf(`"${'\\"'.repeat(50_000)}`).length).toBe(1);
  });
});
