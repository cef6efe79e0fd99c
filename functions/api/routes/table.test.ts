import { globSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeEach, describe, expect, it } from 'vitest';
import { api, everyRouteIsAnswered, openShop } from '../../../test/support/shop.ts';
import { COMPONENTS } from '../components.ts';
import { SOURCE_SCHEMAS, TARGET_SCHEMAS } from '../platform-schemas.ts';
import { ROUTES } from './table.ts';

beforeEach(openShop);
everyRouteIsAnswered(ROUTES.filter(({ id }) => id === 'showOpenApi'));

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and open to everybody', async () => {
    const { status, text, body } = await api.call('GET', '/v1/openapi.json', { token: null });
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    const result = await new Validator().validate(JSON.parse(text));
    expect(result).toMatchObject({ valid: true });
  });

  it('describes every route that is served, each under its own id', () => {
    const ids = ROUTES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has every schema of every resource, each under its own name', async () => {
    const files = globSync('src/management/*/schema.ts');
    const exported = await Promise.all(
      files.map(async (file) => {
        const values: Record<string, unknown> = await import(`../../../${file}`);
        // A function creates a schema for each platform.
        return Object.keys(values).filter((name) => typeof values[name] !== 'function');
      }),
    );
    const ofPlatforms = [
      'PublicationChange',
      'SubscriptionChange',
      ...TARGET_SCHEMAS.flatMap(({ requestName, answerName }) => [requestName, answerName ?? []].flat()),
      ...SOURCE_SCHEMAS.map(({ requestName }) => requestName),
    ];
    expect(files.length).toBeGreaterThan(5);
    expect([...exported.flat(), ...ofPlatforms].sort()).toEqual(Object.keys(COMPONENTS).sort());
  });
});

describe('the tests of the routes', () => {
  it.each(
    globSync('*.ts', { cwd: import.meta.dirname }).filter((file) => !/^table\.ts$|\.test\.ts$/.test(file)),
  )('hold every route of %s to the document', (file) => {
    const tests = readFileSync(`${import.meta.dirname}/${file.replace('.ts', '.test.ts')}`, 'utf8');
    const [, routes] =
      /export const (\w+): readonly Route\[\]/.exec(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) ??
      [];
    expect(tests).toContain(`everyRouteIsAnswered(${routes});`);
  });
});
