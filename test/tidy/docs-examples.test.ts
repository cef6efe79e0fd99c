import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/events/event.ts';
import { compileFilter } from '../../src/pipeline/route/filter.ts';

const docs = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

function change(changeType: string, changedFields: readonly string[], fields: object): Event {
  const header = {
    entityName: 'Opportunity',
    recordIds: ['006'],
    changeType,
    changedFields,
    nulledFields: [],
  };
  return {
    specversion: '1.0',
    id: changeType,
    source: '//acme',
    type: `com.salesforce.cdc.Opportunity.${changeType}`,
    data: { Amount: null, StageName: null, Phone: null, ...fields, ChangeEventHeader: header },
  };
}

const EVENTS = [
  change('CREATE', [], { Amount: 5_000, StageName: 'Prospecting' }),
  change('UNDELETE', [], { Amount: 5_000, StageName: 'Prospecting' }),
  change('GAP_UPDATE', [], {}),
  change('UPDATE', ['Amount'], { Amount: 6_000 }),
  change('UPDATE', ['StageName'], { StageName: 'Closed Won' }),
];

describe('the examples of docs/filters.md', () => {
  const mappings = [...docs('filters.md').matchAll(/^\| `(root = .*)` \|/gm)].map(
    ([, mapping = '']) => mapping,
  );

  const passed = (mapping: string): string[] => {
    const compiled = compileFilter(mapping);
    if (!compiled.ok) throw new Error(`${mapping}: ${compiled.message}`);
    return EVENTS.flatMap((event) => {
      const outcome = compiled.filter.apply(event);
      if (outcome.kind === 'failed') throw new Error(`${mapping}: ${outcome.message}`);
      return outcome.kind === 'dropped' ? [] : [event.id];
    });
  };

  it('compile, and fail on no kind of change event', () => {
    expect(mappings.length).toBeGreaterThan(3);
    for (const mapping of mappings) passed(mapping);
  });

  it('drop updates of other fields, and nothing that is new or a gap', () => {
    const [mapping = ''] = mappings.filter((each) => each.includes('changedFields'));
    expect(passed(mapping)).toEqual(['CREATE', 'UNDELETE', 'GAP_UPDATE', 'UPDATE']);
  });
});

it('the fetch of docs/publishing.md publishes with the login of the URL', async () => {
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(docs('publishing.md')) ?? [];
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-docs-')), 'publish.mjs');
  writeFileSync(file, example);
  const asked: object[] = [];
  const server = createServer((request, response) => {
    const { url, headers } = request;
    void text(request).then((body) => {
      asked.push({ url, authorization: headers.authorization, body });
      response.writeHead(202).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await promisify(execFile)(process.execPath, [file], {
    env: { HEROKUEVENTS_PUBLISH_URL: `http://user:p%40ss@127.0.0.1:${port}` },
  });
  server.close();
  expect(asked).toEqual([
    {
      url: '/PUBLICATION',
      authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
      body: '{"Status__c":"done"}',
    },
  ]);
});
