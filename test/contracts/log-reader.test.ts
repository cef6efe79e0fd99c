import { appendFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLogsClient } from '../../src/adapters/cloudwatch/client.ts';
import { CloudWatchLogReader } from '../../src/adapters/cloudwatch/log-reader.ts';
import { FileLogReader } from '../../src/adapters/file/log-reader.ts';
import { MemoryLogReader } from '../../src/adapters/memory/log-reader.ts';
import { systemClock } from '../../src/base/clock.ts';
import { FakeCloudWatchLogs } from '../support/cloudwatch-logs.ts';
import { type LogUnderTest, logReaderContract } from './log-reader.contract.ts';

const GROUPS = ['/aws/lambda/deliver', '/aws/lambda/api'];

function lineText(atMs: number, level: string, fields: object): string {
  return JSON.stringify({
    timestamp: new Date(atMs).toISOString(),
    level,
    service: 'sluice-deliver',
    message: 'something happened',
    code: 'SOMETHING',
    ...fields,
  });
}

describe('log reader', () => {
  describe('in memory', () => {
    let subject: LogUnderTest;
    beforeEach(() => {
      const reader = new MemoryLogReader();
      subject = {
        reader,
        write: async (atMs, level, fields) => reader.write(lineText(atMs, level, fields)),
        writeText: async (text) => reader.write(text),
      };
    });
    logReaderContract(() => subject);
  });

  describe('of the files of a local run', () => {
    let folder: string;
    let path: string;
    let subject: LogUnderTest;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-log-'));
      path = join(folder, 'sluice.log');
      subject = {
        reader: new FileLogReader(path, 3),
        write: (atMs, level, fields) => appendFile(path, `${lineText(atMs, level, fields)}\n`),
        writeText: (text) => appendFile(path, `${text}\n`),
      };
    });
    afterEach(() => rm(folder, { recursive: true }));
    logReaderContract(() => subject);

    const ask = { appId: 'a', fromMs: 0, untilMs: 1e13, limit: 1_000 };

    it('is empty where there is no file yet', async () => {
      expect(await subject.reader.read(ask)).toEqual({ lines: [] });
    });

    it('reads on in those that were put aside, the oldest lines first', async () => {
      for (const number of [2, 1]) {
        await subject.write(1_000 - number, 'INFO', { appId: 'a', n: number });
        await rename(path, `${path}.${number}`);
      }
      await subject.write(1_000, 'INFO', { appId: 'a', n: 0 });
      const { lines } = await subject.reader.read(ask);
      expect(lines.map(({ fields }) => fields['n'])).toEqual([2, 1, 0]);
    });

    it('puts lines together that lie across the pieces in which the file is read, in any script', async () => {
      const filler = 'ежик'.repeat(9_000);
      for (let n = 0; n < 30; n += 1) await subject.write(n, 'INFO', { appId: 'a', n, filler });
      const { lines } = await subject.reader.read(ask);
      expect(lines.map(({ fields }) => fields['n'])).toEqual([...Array(30).keys()]);
      expect(lines.every(({ fields }) => fields['filler'] === filler)).toBe(true);
    });

    it('passes over what is no line, and a line that is half written', async () => {
      await subject.write(1, 'INFO', { appId: 'a', n: 1 });
      for (const text of ['', 'null', '[]', 'Killed', '{"appId":"a"}']) await subject.writeText(text);
      await appendFile(path, lineText(2, 'INFO', { appId: 'a' }).slice(0, 60));
      expect((await subject.reader.read(ask)).lines.map(({ fields }) => fields['n'])).toEqual([1]);
    });
  });

  describe('of CloudWatch Logs', () => {
    let logs: FakeCloudWatchLogs;
    let subject: LogUnderTest;
    let written = 0;
    beforeEach(async () => {
      logs = await FakeCloudWatchLogs.start();
      logs.pageMax = 4;
      subject = {
        reader: new CloudWatchLogReader(makeLogsClient({ endpoint: logs.endpoint }), GROUPS, systemClock),
        // Each function has its own log group.
        write: async (atMs, level, fields) => {
          written += 1;
          logs.put(GROUPS[written % 2] ?? '', lineText(atMs, level, fields));
        },
        writeText: async (text) => logs.put(GROUPS[0] ?? '', text),
      };
    });
    afterEach(() => logs.stop());
    logReaderContract(() => subject);

    it('asks for nothing but the lines of the app, whatever its publication is called', async () => {
      await subject.reader.read({
        appId: 'a',
        publication: 'x" || $.y = "',
        fromMs: 5,
        untilMs: 10,
        limit: 7,
      });
      expect(logs.requests[0]).toEqual({
        action: 'FilterLogEvents',
        body: {
          logGroupName: GROUPS[0],
          startTime: 5,
          endTime: 9,
          filterPattern: '{ ($.appId = "a") && ($.publication = "x* * *.y = *") }',
          limit: 8,
        },
      });
    });

    it('fails where the function may not read a log', async () => {
      logs.failures.set('FilterLogEvents', 'AccessDeniedException');
      await expect(subject.reader.read({ appId: 'a', fromMs: 5, untilMs: 10, limit: 7 })).rejects.toThrow(
        'AccessDenied',
      );
    });
  });
});
