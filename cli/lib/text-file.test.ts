import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeText, readTextFile } from './text-file.ts';

const TEXT = 'root = this\nroot.ü = "é"\n';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

test.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte-order mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['UTF-16 of a Windows editor', Buffer.from(`\uFEFF${TEXT.replaceAll('\n', '\r\n')}`, 'utf16le')],
  ['UTF-16, big endian', utf16be(`\uFEFF${TEXT}`)],
  ['lines that end by CRLF', Buffer.from(TEXT.replaceAll('\n', '\r\n'))],
  ['lines that end by CR', Buffer.from(TEXT.replaceAll('\n', '\r'))],
])('%s is read as the text that it is', (_form, bytes) => {
  expect(decodeText(bytes, 'a.blobl')).toBe(TEXT);
});

test('bytes that are no text are refused by the name of their file', () => {
  expect(() => decodeText(Buffer.from([0x4c, 0x80, 0xe9]), 'key.der')).toThrow(
    'key.der: expected text in UTF-8 or UTF-16, found bytes that are neither',
  );
});

test('a file that cannot be read is said with its flag', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-text-'));
  writeFileSync(join(folder, 'there'), 'x');
  expect(readTextFile(join(folder, 'there'), 'key-file')).toBe('x');
  expect(() => readTextFile(join(folder, 'not-there'), 'key-file')).toThrow(
    /^--key-file: cannot read .*not-there/,
  );
});
