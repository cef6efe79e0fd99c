import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { functionResource, resource, resourcesOf, statementsOf, synthesize } from './support/synthesize.ts';

/** Route key to the logical id of the function that answers it. */
function routesOf(template: ReturnType<typeof synthesize>): Record<string, string> {
  return Object.fromEntries(
    resourcesOf(template)
      .filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route')
      .map(([, { Properties }]) => {
        const integrationId: string = Properties.Target['Fn::Join'][1][1].Ref;
        const integration = resource(
          template,
          'AWS::ApiGatewayV2::Integration',
          (_, id) => id === integrationId,
        );
        return [Properties.RouteKey, integration.Properties.IntegrationUri['Fn::GetAtt'][0]];
      }),
  );
}

/**
 * The function that answers a path, by API Gateway's documented rules: a route that matches the whole path, then one with a
 * greedy variable, then `$default`. If two matched alike, it would be undefined which one wins.
 */
function answererOf(routes: Record<string, string>, path: string): string | undefined {
  const matching = (isGreedy: boolean) =>
    Object.keys(routes).filter((key) => {
      const pattern = key.split(' ')[1];
      if (pattern === undefined || pattern.includes('+}') !== isGreedy) return false;
      return new RegExp(`^${pattern.replace(/\{\w+\+\}/, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
    });
  for (const keys of [matching(false), matching(true), ['$default']]) {
    if (keys.length > 1) throw new Error(`expected one route for ${path}, found ${keys.join(' and ')}`);
    if (keys[0] !== undefined) return routes[keys[0]];
  }
  return undefined;
}

describe('of an add-on of Heroku', () => {
  const template = synthesize({ herokuAddon: 'true' });

  test.each([
    ['/heroku/resources', 'api'],
    ['/heroku/resources/01234567-89ab-cdef-0123-456789abcdef', 'api'],
    ['/heroku/sso', 'api'],
    ['/heroku', 'ingest'],
    ['/heroku/else', 'ingest'],
  ])('%s is answered by %s', (path, name) => {
    expect(answererOf(routesOf(template), path)).toBe(functionResource(template, name).id);
  });

  test('the secret is read by the functions that speak to Heroku, and by no other', () => {
    const secret = resource(template, 'AWS::SecretsManager::Secret', (_, id) => id.startsWith('HerokuAddon'));
    const readers = ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api'].filter((name) =>
      JSON.stringify(statementsOf(template, name)).includes(secret.id),
    );
    expect(readers).toEqual(['schedule', 'api']);
    for (const name of readers) {
      const { Variables } = functionResource(template, name).Properties.Environment;
      expect(Variables.HEROKU_ADDON_SECRET_ARN).toEqual({ Ref: secret.id });
    }
    expect(JSON.stringify(template.toJSON())).not.toMatch(/sso_salt|client_secret/);
  });

  test('is nothing that every installation has', () => {
    const usual = synthesize();
    expect(Object.keys(routesOf(usual)).filter((key) => key.includes('heroku'))).toEqual([]);
    expect(JSON.stringify(usual.toJSON())).not.toContain('HEROKU_ADDON');
  });
});

describe('through the HTTP API', () => {
  const template = synthesize();

  test('the publish URL and the management API share an address', () => {
    expect(routesOf(template)).toEqual({
      $default: functionResource(template, 'ingest').id,
      'ANY /v1/{proxy+}': functionResource(template, 'api').id,
      'ANY /console/{proxy+}': functionResource(template, 'api').id,
      'GET /console': functionResource(template, 'api').id,
    });
    const outputs = template.toJSON()['Outputs'];
    expect(outputs.PublishBaseUrl.Value).toEqual(outputs.ApiUrl.Value);
  });

  test.each([
    ['/quotes', 'ingest'],
    ['/quotes/', 'ingest'],
    ['/', 'ingest'],
    ['/v1', 'ingest'],
    ['/v1/apps', 'api'],
    ['/console', 'api'],
    ['/console/session', 'api'],
    ['/console/assets/main-1.js', 'api'],
    ['/consoles', 'ingest'],
    ['/v1/tenants/1/status', 'api'],
  ])('%s is answered by %s', (path, name) => {
    expect(answererOf(routesOf(template), path)).toBe(functionResource(template, name).id);
  });

  test('integrations use the payload that the local front makes as well', () => {
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  test('publishing and management have a limit on the rate each', () => {
    template.hasResource('AWS::ApiGatewayV2::Stage', {
      Properties: {
        DefaultRouteSettings: { ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 2_500 },
        RouteSettings: {
          'ANY /v1/{proxy+}': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
          'ANY /console/{proxy+}': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
          'GET /console': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
        },
      },
      // API Gateway refuses a limit on a route that does not exist yet.
      DependsOn: Match.arrayWith(
        resourcesOf(template)
          .filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route')
          .map(([id]) => id)
          .toSorted(),
      ),
    });
  });

  test('the access log holds nothing that could be a secret', () => {
    const { Format } = resource(template, 'AWS::ApiGatewayV2::Stage').Properties.AccessLogSettings;
    expect(JSON.parse(Format)).toMatchObject({ status: '$context.status' });
    expect(Format).not.toMatch(/authoriz|header|querystring|body/i);
  });

  test('nothing is reached past it', () => {
    template.resourceCountIs('AWS::Lambda::Url', 0);
  });
});

describe('through a function URL', () => {
  const template = synthesize({ publishThrough: 'function-url' });
  const ingest = functionResource(template, 'ingest');

  test('publishing has an address of its own, and the management API stays where it was', () => {
    const { id } = functionResource(template, 'api');
    expect(routesOf(template)).toEqual({
      'ANY /v1/{proxy+}': id,
      'ANY /console/{proxy+}': id,
      'GET /console': id,
    });
    const url = resource(template, 'AWS::Lambda::Url');
    expect(url.Properties.TargetFunctionArn).toEqual({ 'Fn::GetAtt': [ingest.id, 'Arn'] });
    // The host of `https://<host>/`, built again without the slash.
    const host = { 'Fn::Select': [2, { 'Fn::Split': ['/', { 'Fn::GetAtt': [url.id, 'FunctionUrl'] }] }] };
    const expected = { 'Fn::Join': ['', ['https://', host]] };
    expect(template.toJSON()['Outputs'].PublishBaseUrl.Value).toEqual(expected);
    expect(functionResource(template, 'api').Properties.Environment.Variables.PUBLISH_BASE_URL).toEqual(
      expected,
    );
  });

  test('anybody may call the URL, and only the URL', () => {
    const open = resourcesOf(template)
      .filter(
        ([, { Type, Properties }]) => Type === 'AWS::Lambda::Permission' && Properties.Principal === '*',
      )
      .map(([, { Properties }]) => Properties);
    expect(open).toHaveLength(2);
    for (const permission of open) {
      expect(permission.FunctionName).toEqual({ 'Fn::GetAtt': [ingest.id, 'Arn'] });
      expect(permission.FunctionUrlAuthType === 'NONE' || permission.InvokedViaFunctionUrl === true).toBe(
        true,
      );
    }
  });
});
