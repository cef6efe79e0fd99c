import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { eventJson } from './event.ts';
import { eventHead } from './event-head.ts';

describe('the head of an event', () => {
  it('is its type and its subject, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        fc.jsonValue(),
        (type, subject, data) => {
          const json = eventJson(anEvent({ type, subject, data }));
          expect(eventHead(json)).toEqual({ type, subject });
        },
      ),
    );
  });

  it('takes nothing of the data for an attribute', () => {
    const json = eventJson(anEvent({ subject: undefined, data: { type: 'x', subject: 'y' } }));
    expect(eventHead(json)).toEqual({ type: anEvent().type, subject: undefined });
  });

  it('is found behind the data as well', () => {
    const { subject, type, ...rest } = anEvent();
    expect(eventHead(JSON.stringify({ ...rest, data: { a: [1] }, type, subject }))).toEqual({
      type,
      subject,
    });
  });

  it.each(['', '[]', '{"type":', 'never looked at'])('of %j is empty', (text) => {
    expect(eventHead(text)).toEqual({ type: undefined, subject: undefined });
  });
});
