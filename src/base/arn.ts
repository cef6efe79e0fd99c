/** A parsed Amazon Resource Name. */
export interface Arn {
  /** Empty if the resource has none, such as an S3 bucket. */
  readonly region: string;
  readonly account: string;
  /** The rest: a name, preceded by a kind in some services (`event-bus/orders`). */
  readonly resource: string;
  /** The suffix of AWS host names in the partition. */
  readonly dnsSuffix: string;
}

const ARN = /^arn:(aws[a-z-]*):[a-z0-9-]+:([a-z0-9-]*):(\d*):(.+)$/;

/** Undefined if the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const [, partition, region = '', account = '', resource] = ARN.exec(text) ?? [];
  if (partition === undefined || resource === undefined) return undefined;
  return { region, account, resource, dnsSuffix: DNS_SUFFIXES[partition] ?? 'amazonaws.com' };
}

/** Partitions with a suffix other than the usual one. */
const DNS_SUFFIXES: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };
