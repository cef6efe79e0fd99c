import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { INSTALLATION_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../src/telemetry/metrics.ts';
import type { FunctionName } from '../bundle.ts';
import type { ServiceFunction } from '../constructs/service-function.ts';
import type { WorkQueue } from '../constructs/work-queue.ts';
import type { InstallSettings } from '../install-settings.ts';

export interface ObservedParts {
  readonly settings: InstallSettings;
  readonly functions: { readonly [N in FunctionName]: ServiceFunction };
  readonly deliveries: WorkQueue;
  readonly ordered: WorkQueue;
  readonly polls: WorkQueue;
}

type LambdaMetric = 'Invocations' | 'Errors' | 'Throttles' | 'Duration' | 'ConcurrentExecutions';

/** Where the numbers come from: metrics that the functions write, and metrics that AWS records free of charge. */
export class MetricSources {
  readonly #parts: ObservedParts;

  constructor(parts: ObservedParts) {
    this.#parts = parts;
  }

  /** A metric from the catalogue. */
  own(name: MetricName, statistic: string, minutes: number): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRICS_NAMESPACE,
      metricName: name,
      dimensionsMap: { [INSTALLATION_DIMENSION]: this.#parts.settings.stackName },
      statistic,
      period: Duration.minutes(minutes),
      label: name,
    });
  }

  lambda(
    name: FunctionName,
    metric: LambdaMetric,
    minutes: number,
    statistic: string = cloudwatch.Stats.SUM,
  ): cloudwatch.Metric {
    const { lambda } = this.#parts.functions[name];
    return lambda.metric(metric, { statistic, period: Duration.minutes(minutes), label: name });
  }

  oldestDeliverySeconds(minutes: number): cloudwatch.Metric {
    return oldest(this.#parts.deliveries.queue, minutes, 'age of the oldest, in seconds');
  }

  waitingDeliveries(minutes: number): cloudwatch.Metric {
    return visible(this.#parts.deliveries.queue, minutes, 'deliveries on the queue');
  }

  deadDeliveries(minutes: number): cloudwatch.Metric {
    return visible(this.#parts.deliveries.deadLetters, minutes, 'deliveries in the dead-letter queue');
  }

  oldestOrderedSeconds(minutes: number): cloudwatch.Metric {
    return oldest(this.#parts.ordered.queue, minutes, 'age of the oldest ordered one, in seconds');
  }

  waitingOrdered(minutes: number): cloudwatch.Metric {
    return visible(this.#parts.ordered.queue, minutes, 'ordered deliveries on their queue');
  }

  deadOrdered(minutes: number): cloudwatch.Metric {
    return visible(this.#parts.ordered.deadLetters, minutes, 'ordered deliveries in the dead-letter queue');
  }

  /** Wake-up calls that no worker has received. A received one stays on the queue, invisible, until its session ends. */
  waitingPolls(minutes: number, statistic: string = cloudwatch.Stats.MAXIMUM): cloudwatch.Metric {
    return visible(this.#parts.polls.queue, minutes, 'wake-up calls on the queue', statistic);
  }

  deadPolls(minutes: number): cloudwatch.Metric {
    return visible(this.#parts.polls.deadLetters, minutes, 'wake-up calls in the dead-letter queue');
  }

  /**
   * Publishes that were refused before they reached `ingest`. With the HTTP API, its access log separates them from requests to
   * the management API (lib/constructs/front-door.ts). A function URL refuses a request only when no concurrency is left.
   */
  throttledPublishes(minutes: number): cloudwatch.Metric {
    return this.#parts.settings.publishThrough === 'http-api'
      ? this.own('PublishesThrottled', cloudwatch.Stats.SUM, minutes)
      : this.lambda('ingest', 'Throttles', minutes);
  }

  /**
   * `part` of `whole` in percent. Wherever `part` has a value, `whole` has one too, so no value is lost for want of the other.
   */
  percent(part: cloudwatch.IMetric, whole: cloudwatch.IMetric, label: string): cloudwatch.MathExpression {
    return expression('100 * part / whole', { part, whole }, label);
  }

  /** As above, but 0 while `part` is below `least`: a few failures among a few attempts are not a meaningful rate. */
  percentFrom(
    least: number,
    part: cloudwatch.IMetric,
    whole: cloudwatch.IMetric,
    label: string,
  ): cloudwatch.MathExpression {
    return expression(`IF(part >= ${least}, 100 * part / whole, 0)`, { part, whole }, label);
  }
}

function oldest(queue: sqs.Queue, minutes: number, label: string): cloudwatch.Metric {
  return queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(minutes), label });
}

function visible(
  queue: sqs.Queue,
  minutes: number,
  label: string,
  statistic: string = cloudwatch.Stats.MAXIMUM,
): cloudwatch.Metric {
  return queue.metricApproximateNumberOfMessagesVisible({
    period: Duration.minutes(minutes),
    statistic,
    label,
  });
}

function expression(
  text: string,
  usingMetrics: Record<string, cloudwatch.IMetric>,
  label: string,
): cloudwatch.MathExpression {
  const [first] = Object.values(usingMetrics);
  const period = first instanceof cloudwatch.Metric ? first.period : Duration.minutes(1);
  return new cloudwatch.MathExpression({ expression: text, usingMetrics, label, period });
}
