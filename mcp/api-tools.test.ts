import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiClient } from '../cli/lib/api-client.ts';
import { AppApi } from '../cli/lib/sluice-command.ts';
import { ManagementApiDouble } from '../test/cli/management-api-double.ts';
import { readApiDocument } from './api-document.ts';
import { apiTools } from './api-tools.ts';
import type { ToolResult } from './result-text.ts';

// These tests fake answers that a real service gives only for very many events; the journey uses a real service.

const api = new ManagementApiDouble();
const root = fileURLToPath(new URL('..', import.meta.url));

beforeAll(() => api.start());
afterAll(async () => {
  await api.stop();
  expect(api.unused()).toEqual([]);
});

function call(name: string, given: Readonly<Record<string, string | number>>): Promise<ToolResult> {
  const destination = {
    apiUrl: api.url,
    token: 'slc_app_test',
    app: 'shop',
    localRun: undefined,
    credentials: { path: '', localOrigin: undefined },
  };
  const tools = apiTools({
    root,
    document: readApiDocument(root),
    allowsWrites: true,
    showsPayloads: true,
    connect: () => new AppApi('shop', destination, new ApiClient(destination, 'test')),
  });
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`expected a tool ${name}, found none`);
  return tool.run({ ...given });
}

const AT = '2026-11-23T20:00:00.000Z';

it('a page of the log that ends where it began does not come again for ever', async () => {
  const from = encodeURIComponent(AT);
  api.answer('GET', `/v1/tenants/shop/logs?from=${from}&limit=1`, 200, { lines: [], next: AT, until: AT });
  const { words } = await call('read_log', { from: AT, limit: 1 });
  expect(words).toContain(
    '"from": "2026-11-23T20:00:00.001Z". What else is of the same moment is passed over',
  );
});

it('a page of the history goes back in time, and repeats what has the same time', async () => {
  const until = '2026-11-23T20:00:00.001Z';
  const entries = [{ at: AT }];
  api.answer('GET', '/v1/tenants/shop/history?limit=1', 200, { entries });
  expect((await call('list_history', { limit: 1 })).words).toContain(`"until": "${until}".`);
  api.answer('GET', `/v1/tenants/shop/history?until=${encodeURIComponent(until)}&limit=1`, 200, { entries });
  expect((await call('list_history', { limit: 1, until })).words).toContain(`"until": "${AT}". What else`);
});

it('a list that the service answers whole is cut into pages after the last id', async () => {
  const list = ['a', 'b', 'c'].map((id) => ({ id }));
  for (let count = 0; count < 3; count += 1) api.answer('GET', '/v1/tenants/shop/quarantine', 200, list);
  const first = await call('list_quarantine', { limit: 2 });
  expect(first.data).toEqual(list.slice(0, 2));
  expect(first.words).toContain('"after": "b"');
  const second = await call('list_quarantine', { limit: 2, after: 'b' });
  expect(second.data).toEqual(list.slice(2));
  expect(second.words).not.toContain('after');
  await expect(call('list_quarantine', { after: 'gone' })).rejects.toThrow('expected "after" to be the id');
});

it('a page that does not fit is asked for again with half as many', async () => {
  const large = { id: 'x', text: 'x'.repeat(20_000) };
  api.answer('GET', '/v1/tenants/shop/deliveries?limit=2', 200, { deliveries: [large, large], next: 'two' });
  api.answer('GET', '/v1/tenants/shop/deliveries?limit=1', 200, { deliveries: [large], next: 'one' });
  const { words, data } = await call('list_deliveries', { limit: 2 });
  expect(words).toContain('"after": "one"');
  expect(data).toMatchObject({ deliveries: [large] });
});
