import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOG_MESSAGES } from './log-messages.ts';
import { makeTelemetry, routeLogLines } from './logger.ts';

let lines: string[];

beforeEach(() => {
  lines = [];
  routeLogLines((line) => lines.push(line));
});

afterEach(() => routeLogLines(undefined));

const logOf = (logLevel?: string) => makeTelemetry('deliver', { logLevel, installation: 'test' });

describe('a line of the log', () => {
  it('is JSON with when, how grave, who, what, and its fields', () => {
    logOf().log.write('DELIVERY_ATTEMPTED', {
      publication: 'quotes "and"\nlines',
      status: 204,
      isLast: false,
      errorId: undefined,
    });
    expect(lines).toHaveLength(1);
    const { timestamp, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(new Date(String(timestamp)).toISOString()).toBe(timestamp);
    expect(rest).toEqual({
      level: 'INFO',
      service: 'sluice-deliver',
      message: LOG_MESSAGES.DELIVERY_ATTEMPTED.text,
      code: 'DELIVERY_ATTEMPTED',
      publication: 'quotes "and"\nlines',
      status: 204,
      isLast: false,
    });
    expect(lines[0]).not.toContain('\n');
  });

  it.each(Object.keys(LOG_MESSAGES) as (keyof typeof LOG_MESSAGES)[])('of %s needs no fields', (code) => {
    logOf('DEBUG').log.write(code);
    logOf('DEBUG').log.write(code, { errorId: undefined });
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ code });
    expect(lines).toHaveLength(2);
  });

  it('is left out below the level, and counted all the same', () => {
    const { log, metrics } = logOf('ERROR');
    log.write('DELIVERY_ATTEMPTED');
    log.write('PUBLICATION_DISABLED');
    expect(lines).toEqual([]);
    metrics.flush();
    expect(lines.join()).toContain('PublicationsDisabled');
  });
});
