import { expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import type { LogQuery, LogReader } from '../../src/domain/history/log-reader.ts';

export interface LogUnderTest {
  readonly reader: LogReader;
  /** Writes a line as a function does, with its fields besides time, level and message. */
  write(atMs: number, level: string, fields: object): Promise<void>;
  writeText(text: string): Promise<void>;
}

const START_MS = Date.UTC(2026, 0, 1, 12);

export function logReaderContract(subject: () => LogUnderTest): void {
  const ask = (appId: string, query: Partial<LogQuery> = {}): LogQuery => ({
    appId,
    fromMs: START_MS,
    untilMs: START_MS + 3_600_000,
    limit: 100,
    ...query,
  });
  const numbers = async (query: LogQuery) =>
    (await subject().reader.read(query)).lines.map(({ fields }) => fields['n']);

  it('gives all of a line', async () => {
    const appId = newUuid();
    await subject().write(START_MS + 5, 'WARN', {
      appId,
      n: 1,
      isNew: true,
      text: 'é"\n\u001b[31m',
      left: null,
    });
    const page = await subject().reader.read(ask(appId));
    expect(page).toEqual({
      lines: [
        {
          id: expect.any(String),
          atMs: START_MS + 5,
          level: 'WARN',
          service: 'sluice-deliver',
          code: 'SOMETHING',
          message: 'something happened',
          fields: { appId, n: 1, isNew: true, text: 'é"\n\u001b[31m' },
        },
      ],
    });
    expect(await subject().reader.read(ask(appId))).toEqual(page);
  });

  it('gives the lines of an app only, in order, within the time', async () => {
    const appId = newUuid();
    const at = [-1, 0, 20, 10, 3_599_999, 3_600_000];
    for (const each of at) await subject().write(START_MS + each, 'INFO', { appId, n: each });
    await subject().write(START_MS + 1, 'INFO', { appId: newUuid(), n: 'foreign' });
    await subject().write(START_MS + 1, 'INFO', { n: 'of nobody', note: `"appId":"${appId}"` });
    await subject().write(START_MS + 1, 'INFO', { n: 'pretending', other: { appId } });
    await subject().writeText(
      JSON.stringify({ timestamp: new Date(START_MS + 2).toISOString(), appId, _aws: {} }),
    );
    expect(await numbers(ask(appId))).toEqual([0, 10, 20, 3_599_999]);
  });

  it('gives lines of a publication, of a subscription, and of a level and above', async () => {
    const appId = newUuid();
    const lines: readonly (readonly [string, object])[] = [
      ['INFO', { publication: 'crm', subscriptionId: 'id-1' }],
      ['WARN', { publication: 'erp', subscription: 'orders' }],
      ['ERROR', { publication: 'crm-2', subscriptionId: 'id-2' }],
    ];
    for (const [at, [level, fields]] of lines.entries()) {
      await subject().write(START_MS + at, level, { appId, n: at, ...fields });
    }
    expect(await numbers(ask(appId, { publication: 'crm' }))).toEqual([0]);
    expect(await numbers(ask(appId, { subscription: { id: 'id-1', name: 'orders' } }))).toEqual([0, 1]);
    expect(await numbers(ask(appId, { level: 'WARN' }))).toEqual([1, 2]);
    expect(await numbers(ask(appId, { level: 'ERROR', publication: 'crm' }))).toEqual([]);
  });

  it('goes on where a page ended, and repeats at most what it can tell by its id', async () => {
    const appId = newUuid();
    // Several lines of the same moment, as the deliveries of a batch write.
    for (let n = 0; n < 12; n += 1) await subject().write(START_MS + Math.floor(n / 3), 'INFO', { appId, n });
    const seen = new Map<string, unknown>();
    let fromMs: number | undefined = START_MS;
    let pages = 0;
    while (fromMs !== undefined) {
      const page = await subject().reader.read(ask(appId, { fromMs, limit: 5 }));
      for (const { id, fields } of page.lines) seen.set(id, fields['n']);
      fromMs = page.nextMs;
      pages += 1;
      if (pages > 20) throw new Error('expected an end');
    }
    expect([...seen.values()].toSorted((a, b) => Number(a) - Number(b))).toEqual([...Array(12).keys()]);
  });
}
