import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../functions/api/openapi.ts';
import { ROUTES } from '../../functions/api/routes/table.ts';
import { type ApiDocument, breakingChanges } from '../../scripts/api-compatibility.ts';

// The document as parsed JSON, because a test may break it anywhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any;

const PUBLICATIONS = '/v1/tenants/{app}/publications';
const CREATE = '/v1/tenants/{app}/platforms/webhook/publications';
const DELIVERIES = '/v1/tenants/{app}/deliveries';

const json = (): Json => JSON.parse(JSON.stringify(openApiDocument(ROUTES, 'https://api.example.com')));

/** The faults reported for a change of today's document. */
function faultsOf(
  change: (paths: Json, schemas: Json) => void,
  direction: 'change' | 'undo' = 'change',
): string[] {
  const [before, after]: [ApiDocument & Json, ApiDocument & Json] = [json(), json()];
  change(after.paths, after.components.schemas);
  return direction === 'change' ? breakingChanges(before, after) : breakingChanges(after, before);
}

test('nothing is said of the same document', () => {
  expect(faultsOf(() => undefined)).toEqual([]);
});

describe('what breaks callers is', () => {
  test.each<[string, (paths: Json, schemas: Json) => void, RegExp]>([
    ['a path that is gone', (paths) => delete paths[PUBLICATIONS], /^GET .*publications: is gone/],
    [
      'a method that is gone',
      (paths) => delete paths[`${PUBLICATIONS}/{publication}`].patch,
      /^PATCH .*: is gone/,
    ],
    [
      'a parameter that is gone',
      (paths) => paths[DELIVERIES].get.parameters.pop(),
      /query parameter \w+: is gone/,
    ],
    [
      'a parameter that has to be given',
      (paths) => (paths[DELIVERIES].get.parameters.at(-1).required = true),
      /has to be given now/,
    ],
    [
      'a parameter that takes less',
      (paths) => {
        const limit = paths[DELIVERIES].get.parameters.find((each: Json) => each.name === 'limit');
        limit.schema.maximum = 1;
      },
      /limit: maximum was \d+, is 1$/,
    ],
    [
      'a field of a request that is no longer taken',
      (_paths, schemas) => delete schemas.NewWebhookPublication.properties.token,
      /token: is no longer taken/,
    ],
    [
      'a field of a request that has to be given',
      (_paths, schemas) => schemas.NewWebhookPublication.required.push('token'),
      /body, token: has to be given now/,
    ],
    [
      'a value that a request may not have any more',
      (_paths, schemas) =>
        schemas.RedriveChange.properties.state?.enum?.pop() ??
        schemas.NewRedrive.properties.action.enum.pop(),
      /no longer takes/,
    ],
    [
      'a text that has to be shorter',
      (_paths, schemas) => (schemas.NewStream.properties.source.maxLength = 5),
      /source: maxLength was open, is 5/,
    ],
    [
      'a request of another type',
      (_paths, schemas) => (schemas.NewStream.properties.source.type = 'integer'),
      /source: was string, is integer/,
    ],
    [
      'a body where there was none',
      (paths) =>
        (paths[`${PUBLICATIONS}/{publication}`].delete.requestBody = { required: true, content: {} }),
      /a body has to be sent now/,
    ],
    [
      'an answer with another status',
      (paths) => {
        const { responses } = paths[CREATE].post;
        responses['200'] = responses['201'];
        delete responses['201'];
      },
      /no longer answers 201/,
    ],
    [
      'a field that is no longer answered',
      (_paths, schemas) => delete schemas.Publication.properties.created_at,
      /created_at: is gone/,
    ],
    [
      'a field of an answer that may be absent',
      (_paths, schemas) =>
        (schemas.Publication.required = schemas.Publication.required.filter(
          (each: string) => each !== 'created_at',
        )),
      /created_at: may be absent now/,
    ],
    [
      'a field of an answer with another type',
      (_paths, schemas) => (schemas.Publication.properties.name.type = ['string', 'null']),
      /name: was string, is string or null/,
    ],
    [
      'a part of an answer that may be null',
      (_paths, schemas) =>
        (schemas.Publication.properties.params.anyOf = [
          ...schemas.Publication.properties.params.anyOf,
          { type: 'null' },
        ]),
      /params: may be null now/,
    ],
    [
      'a platform whose settings are no longer shown',
      (_paths, schemas) => delete schemas.Publication.properties.params.anyOf[0].properties.url,
      /params, \w+: is gone/,
    ],
    [
      'a fault in what a list has',
      (_paths, schemas) => (schemas.Delivery.properties.attempt_count.type = 'string'),
      /attempt_count: was integer, is string/,
    ],
  ])('%s', (_what, change, said) => {
    const faults = faultsOf(change);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join('\n')).toMatch(new RegExp(said.source, 'm'));
  });
});

describe('what breaks nobody is', () => {
  test.each<[string, (paths: Json, schemas: Json) => void]>([
    ['a new path', (paths) => (paths['/v1/new'] = paths[PUBLICATIONS])],
    [
      'a new field of an answer',
      (_paths, schemas) => (schemas.Publication.properties.added = { type: 'string' }),
    ],
    [
      'a new field that a request may have',
      (_paths, schemas) => (schemas.NewStream.properties.added = { type: 'string' }),
    ],
    ['a field that need no longer be given', (_paths, schemas) => (schemas.NewStream.required = ['source'])],
    [
      'a new parameter',
      (paths) =>
        paths[PUBLICATIONS].get.parameters.push({
          name: 'q',
          in: 'query',
          required: false,
          schema: { type: 'string' },
        }),
    ],
    [
      'a new problem',
      (paths) => (paths[PUBLICATIONS].get.responses['418'] = paths[PUBLICATIONS].get.responses['404']),
    ],
    [
      'a new platform, whatever its place in the list',
      (_paths, schemas) =>
        schemas.Publication.properties.params.anyOf.unshift({
          type: 'object',
          properties: { added: { type: 'string' } },
          required: ['added'],
        }),
    ],
    [
      'other words',
      (paths, schemas) => {
        paths[PUBLICATIONS].get.summary = 'other words';
        schemas.NewStream.properties.source.description = 'other words';
      },
    ],
  ])('%s', (_what, change) => {
    expect(faultsOf(change)).toEqual([]);
  });
});

test('what was added may not be taken away again', () => {
  const added = (_paths: Json, schemas: Json) => (schemas.Publication.properties.added = { type: 'string' });
  expect(faultsOf(added, 'undo').join('\n')).toMatch(/added: is gone/);
});
