import { describe, expect, it } from 'vitest';
import { traceContext } from './trace-context.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a trace context', () => {
  it.each([
    [
      TRACE,
      'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
      { traceparent: TRACE, tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7' },
    ],
    [TRACE, undefined, { traceparent: TRACE }],
    // A later version with the same beginning.
    [TRACE.replace('00', '01'), undefined, { traceparent: TRACE.replace('00', '01') }],
    [TRACE, 'a='.padEnd(512, 'x'), { traceparent: TRACE, tracestate: 'a='.padEnd(512, 'x') }],
    [TRACE, 'a='.padEnd(513, 'x'), { traceparent: TRACE }],
    [TRACE, 'a=1\r\nx-evil: 1', { traceparent: TRACE }],
    [TRACE, 7, { traceparent: TRACE }],
  ])('of %s and %s is read', (traceparent, tracestate, expected) => {
    expect(traceContext(traceparent, tracestate)).toEqual(expected);
  });

  it.each([
    undefined,
    7,
    '',
    '00-x',
    TRACE.toUpperCase(),
    TRACE.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
    `${TRACE}-more`,
    `${TRACE}\n`,
    `${TRACE}\r\nx-evil: 1`,
  ])('is none for %j', (traceparent) => {
    expect(traceContext(traceparent, 'a=1')).toBeUndefined();
  });
});
