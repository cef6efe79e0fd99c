/** An Amazon Resource Name, taken apart. */
export interface Arn {
  /** Empty where the resource has none, as a bucket of S3. */
  readonly region: string;
  readonly account: string;
  /** What follows: a name, with a kind before it in some services (`event-bus/orders`). */
  readonly resource: string;
  /** The end of the host names of AWS there. */
  readonly dnsSuffix: string;
}

const ARN = /^arn:(aws[a-z-]*):[a-z0-9-]+:([a-z0-9-]*):(\d*):(.+)$/;

/** Undefined where the text is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const [, partition, region = '', account = '', resource] = ARN.exec(text) ?? [];
  if (partition === undefined || resource === undefined) return undefined;
  return { region, account, resource, dnsSuffix: DNS_SUFFIXES[partition] ?? 'amazonaws.com' };
}

/** Of those that have another one. */
const DNS_SUFFIXES: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };
