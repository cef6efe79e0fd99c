import { expect, it } from 'vitest';
import { LOG_MESSAGES, type LogCode } from '../../src/telemetry/log-messages.ts';
import type { Log, LogFields } from '../../src/telemetry/logger.ts';

export interface LogHarness {
  readonly log: Log;
  /** What was written, in order. */
  entries(): readonly { readonly code: unknown; readonly fields: LogFields }[];
}

export function logContract(harness: () => LogHarness): void {
  const codes = Object.keys(LOG_MESSAGES) as LogCode[];

  it('writes every message of the catalogue, in the order of writing', () => {
    for (const code of codes) harness().log.write(code);
    expect(harness().entries()).toEqual(codes.map((code) => ({ code, fields: {} })));
  });

  it('writes fields as they are, without those that are undefined', () => {
    const [code] = codes;
    if (code === undefined) throw new Error('expected a message');
    const fields = { text: 'a "text" of\nlines', number: 1.5, flag: false };
    harness().log.write(code, { ...fields, nothing: undefined });
    expect(harness().entries()).toEqual([{ code, fields }]);
  });
}
