import type { Platform } from '../domain/publications/publication.ts';
import type { TargetPlatform } from '../domain/publications/target-platform.ts';
import { dataCloudTarget } from './datacloud/target.ts';
import { eventBridgeTarget } from './eventbridge/target.ts';
import { kinesisTarget } from './kinesis/target.ts';
import { pullTarget } from './pull/target.ts';
import { s3Target } from './s3/target.ts';
import { salesforceTarget } from './salesforce/target.ts';
import { sqsTarget } from './sqs/target.ts';
import { webhookTarget } from './webhook/target.ts';

/** Every platform that events can go to. `destinations.ts` holds the senders. */
const TARGET_BY_NAME: { readonly [P in Platform]: TargetPlatform<P> } = {
  webhook: webhookTarget,
  salesforce: salesforceTarget,
  datacloud: dataCloudTarget,
  pull: pullTarget,
  sqs: sqsTarget,
  eventbridge: eventBridgeTarget,
  kinesis: kinesisTarget,
  s3: s3Target,
};

export const TARGETS: readonly TargetPlatform[] = Object.values(TARGET_BY_NAME);
