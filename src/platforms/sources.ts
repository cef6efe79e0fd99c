import type { SourcePlatform } from '../domain/subscriptions/source-platform.ts';
import type { SourceName } from '../domain/subscriptions/subscription.ts';
import { generateSource } from './generate/source.ts';
import { salesforceSource } from './salesforce/source.ts';
import { sluiceSource } from './sluice/source.ts';
import { webhookSource } from './webhook/source.ts';

/** Every platform that events can come from. */
const SOURCE_BY_NAME: { readonly [P in SourceName]: SourcePlatform<P> } = {
  salesforce: salesforceSource,
  generate: generateSource,
  sluice: sluiceSource,
  webhook: webhookSource,
};

export const SOURCES: readonly SourcePlatform[] = Object.values(SOURCE_BY_NAME);
