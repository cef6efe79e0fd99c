import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { INSTALLATION_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../src/telemetry/metrics.ts';
import type { InstallSettings } from '../install-settings.ts';
import type { ServiceFunction } from './service-function.ts';

/** Requests above this rate are answered with 429. */
export interface Throttle {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** Half of an account's default limit. */
export const PUBLISH_THROTTLE: Throttle = { perSecond: 5_000, atOnce: 2_500 };
/**
 * For people, scripts and deployments. Kept apart from publishing, so that a flood of events cannot block the commands that
 * stop it, nor the reverse.
 */
export const MANAGEMENT_THROTTLE: Throttle = { perSecond: 100, atOnce: 200 };

/** All paths of the management API and of the console, in the syntax of a log filter. */
const MANAGEMENT_PATHS = ['/v1/*', '/console', '/console/*'];

/** The public address: an HTTP API in front of the functions that answer requests. */
export class FrontDoor extends Construct {
  /** Without a trailing slash. */
  readonly url: string;
  readonly #api: apigatewayv2.HttpApi;
  readonly #stage: apigatewayv2.CfnStage;
  readonly #throttles = new Map<string, Throttle>();

  constructor(scope: Construct, id: string, { settings }: { readonly settings: InstallSettings }) {
    super(scope, id);
    this.#api = new apigatewayv2.HttpApi(this, 'Api', {
      apiName: settings.stackName,
      description: `Publish URL and management API of ${settings.stackName}`,
      createDefaultStage: false,
    });
    const log = new logs.LogGroup(this, 'AccessLog', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new apigatewayv2.HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new apigatewayv2.LogGroupLogDestination(log),
        // Logs no headers and no query string: they carry passwords, tokens and authorization codes.
        format: apigateway.AccessLogFormat.custom(
          JSON.stringify({
            installation: settings.stackName,
            requestId: '$context.requestId',
            time: '$context.requestTimeEpoch',
            method: '$context.httpMethod',
            path: '$context.path',
            status: '$context.status',
            sourceIp: '$context.identity.sourceIp',
            integrationStatus: '$context.integrationStatus',
            responseBytes: '$context.responseLength',
            responseMs: '$context.responseLatency',
            integrationError: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
    const { defaultChild } = stage.node;
    if (!(defaultChild instanceof apigatewayv2.CfnStage))
      throw new Error('expected HttpStage to make a CfnStage');
    this.#stage = defaultChild;
    this.url = this.#api.apiEndpoint;
    new logs.MetricFilter(this, 'ThrottledPublishes', {
      logGroup: log,
      // Requests that reached `ingest` are counted there. API Gateway's own 429 has no integration status, and a 503 means that
      // Lambda had no concurrency left.
      filterPattern: logs.FilterPattern.literal(
        `{ (($.status = "429" && $.integrationStatus = "-") || $.status = "503") && ${MANAGEMENT_PATHS.map((path) => `$.path != "${path}"`).join(' && ')} }`,
      ),
      metricNamespace: METRICS_NAMESPACE,
      metricName: 'PublishesThrottled' satisfies MetricName,
      metricValue: '1',
      dimensions: { [INSTALLATION_DIMENSION]: '$.installation' },
    });
  }

  /** Every method of a path such as `/v1/{proxy+}`, or one of them. */
  route(
    path: string,
    answeredBy: ServiceFunction,
    throttle: Throttle,
    method: apigatewayv2.HttpMethod = apigatewayv2.HttpMethod.ANY,
  ): void {
    const routes = this.#api.addRoutes({
      path,
      methods: [method],
      integration: integrationOf(answeredBy),
    });
    for (const route of routes) this.#prepare(route);
    this.#throttles.set(`${method} ${path}`, throttle);
    // CDK's own construct supports only one limit for all routes.
    this.#stage.routeSettings = Object.fromEntries(
      [...this.#throttles].map(([key, { perSecond, atOnce }]) => [
        key,
        { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: atOnce },
      ]),
    );
  }

  /** Every path that no other route takes. */
  routeRest(answeredBy: ServiceFunction, { perSecond, atOnce }: Throttle): void {
    this.#prepare(
      new apigatewayv2.HttpRoute(this.#api, 'Rest', {
        httpApi: this.#api,
        routeKey: apigatewayv2.HttpRouteKey.DEFAULT,
        integration: integrationOf(answeredBy),
      }),
    );
    // The limit of every route that has none of its own.
    this.#stage.defaultRouteSettings = { throttlingRateLimit: perSecond, throttlingBurstLimit: atOnce };
  }

  #prepare(route: apigatewayv2.HttpRoute): void {
    // API Gateway refuses a limit on a route that does not exist yet.
    this.#stage.node.addDependency(route);
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function checks the caller itself (publish password or bearer token) on every request: both belong to apps, are kept as hashes in the table and can be withdrawn at once, which no authorizer of API Gateway knows of.',
    });
  }
}

function integrationOf({ name, lambda }: ServiceFunction): HttpLambdaIntegration {
  return new HttpLambdaIntegration(`${name}-integration`, lambda);
}
