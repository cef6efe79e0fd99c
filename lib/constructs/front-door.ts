import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { INSTALLATION_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../src/telemetry/metrics.ts';
import type { InstallSettings } from '../install-settings.ts';
import type { ServiceFunction } from './service-function.ts';

/** What one installation takes by the second before it answers 429: half of what an account has by default. */
const REQUESTS_PER_SECOND_MAX = 5_000;
const REQUESTS_AT_ONCE_MAX = 2_500;

/** As a filter of log lines says it: all paths of the management API. */
const MANAGEMENT_PATHS = '/v1/*';

/** The public address: an HTTP API in front of the functions that answer requests. */
export class FrontDoor extends Construct {
  /** Without a slash at its end. */
  readonly url: string;
  readonly #api: apigatewayv2.HttpApi;

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
    new apigatewayv2.HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND_MAX, burstLimit: REQUESTS_AT_ONCE_MAX },
      accessLogSettings: {
        destination: new apigatewayv2.LogGroupLogDestination(log),
        // No header and no query: they carry passwords, tokens and authorization codes.
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
    this.url = this.#api.apiEndpoint;
    new logs.MetricFilter(this, 'ThrottledPublishes', {
      logGroup: log,
      // What reached `ingest` is counted there: API Gateway's own 429 has no integration, and 503 is Lambda's want of
      // concurrency.
      filterPattern: logs.FilterPattern.literal(
        `{ (($.status = "429" && $.integrationStatus = "-") || $.status = "503") && $.path != "${MANAGEMENT_PATHS}" }`,
      ),
      metricNamespace: METRICS_NAMESPACE,
      metricName: 'PublishesThrottled' satisfies MetricName,
      metricValue: '1',
      dimensions: { [INSTALLATION_DIMENSION]: '$.installation' },
    });
  }

  route(path: string, answeredBy: ServiceFunction): void {
    const routes = this.#api.addRoutes({
      path,
      methods: [apigatewayv2.HttpMethod.ANY],
      integration: new HttpLambdaIntegration(`${answeredBy.name}-integration`, answeredBy.lambda),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'The function checks the caller itself (publish password or bearer token) on every request: both belong to apps, are kept as hashes in the table and can be withdrawn at once, which no authorizer of API Gateway knows of.',
      });
    }
  }
}
