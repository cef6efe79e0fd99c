import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FRAME_BYTES_MAX, frameOf } from './frames.ts';

const AT_MS = Date.parse('2026-11-28T20:00:00Z');

/** Reads frames as bytes, one after the other; undefined if that is impossible. */
function linesIn(body: Buffer): string[] | undefined {
  const lines: string[] = [];
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const digits = body.subarray(at, space).toString('latin1');
    if (space === -1 || !/^[1-9]\d*$/.test(digits)) return undefined;
    const end = space + 1 + Number(digits);
    if (end > body.length) return undefined;
    lines.push(new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(space + 1, end)));
    at = end;
  }
  return lines;
}

const anyText = () =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('a', 'é', '…', '😀', '\n', '\u001b', '\ud800', ' '),
      maxLength: 12_000,
      size: 'max',
    }),
  );

test('a line is framed as in the vendor’s sample', () => {
  const text = 'source=HEROKUEVENTS addon=herokuevents-horizontal-01234 sample#events-delivered=42';
  const line = `<190>1 2026-11-28T20:00:00.000+00:00 host app herokuevents - - ${text}`;
  expect(frameOf({ atMs: AT_MS, tag: 'herokuevents', text })).toBe(`${line.length} ${line}`);
});

test('whatever the texts are, frames that follow each other are read as the lines that they are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyText(), anyText()), { minLength: 1, maxLength: 5 }), (given) => {
      const frames = given.map(([tag, text]) => frameOf({ atMs: AT_MS, tag, text }));
      const lines = linesIn(Buffer.from(frames.join('')));
      expect(lines).toHaveLength(given.length);
      for (const line of lines ?? []) {
        expect(line).toMatch(
          /^<190>1 2026-11-28T20:00:00\.000\+00:00 host app [\w-]{1,48} - - [^\p{Cc}\p{Zl}\p{Zp}]*$/u,
        );
      }
      for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(FRAME_BYTES_MAX);
    }),
  );
});

test('what is short enough is kept as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '…', '😀'), maxLength: 2_000 }), (text) => {
      expect(frameOf({ atMs: AT_MS, tag: 't', text }).endsWith(` - - ${text}`)).toBe(true);
    }),
  );
});

test.each(['a', 'é', '…', '😀'])('a text of %s is cut at the limit, and says so', (character) => {
  const head = frameOf({ atMs: AT_MS, tag: 't', text: '' }).replace(/^\d+ /, '');
  const room = FRAME_BYTES_MAX - '10240 '.length - head.length;
  const fits = character.repeat(Math.floor(room / Buffer.byteLength(character)));
  expect(frameOf({ atMs: AT_MS, tag: 't', text: fits })).toContain(` - - ${fits}`);

  const longer = fits + character;
  const cut = frameOf({ atMs: AT_MS, tag: 't', text: longer });
  expect(cut).toMatch(new RegExp(` - - ${character}+ \\[cut, ${Buffer.byteLength(longer)} bytes\\]$`, 'u'));
  expect(Buffer.byteLength(cut)).toBeGreaterThan(FRAME_BYTES_MAX - 8);
});
