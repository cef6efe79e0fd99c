import * as v from 'valibot';
import { DRAIN_RATE } from '../../domain/publications/publication.ts';
import { changeOf, Filter, Name } from '../fields.ts';
import { subscriptionFields } from '../subscriptions/fields.ts';
import {
  DrainRate,
  publicationFields,
  Retry,
  salesforceFields,
  salesforceNames,
  webhookFields,
} from './fields.ts';

export const Publication = v.looseObject({
  ...publicationFields,
  sources: v.array(v.looseObject({ ...subscriptionFields, filter: Filter })),
});
export const PublicationList = v.array(Publication);
export const CreatedWebhookPublication = v.looseObject({
  ...Publication.entries,
  signing_secret: v.pipe(v.string(), v.metadata({ pattern: '^whsec_', description: 'shown this once' })),
});

/** Of every platform; `source` and `filter` make a stream in the same step. */
const creation = {
  retry: v.nullish(Retry),
  source: v.nullish(v.pipe(v.string(), v.description('name or id of the subscription to link'))),
  filter: v.nullish(v.pipe(v.string(), v.description('of the stream from the source'))),
};
export const NewWebhookPublication = v.strictObject({ name: Name, ...webhookFields.settings, ...creation });
export const NewSalesforcePublication = v.pipe(
  v.strictObject({ name: Name, ...salesforceFields.settings, ...creation }),
  v.metadata(salesforceNames),
);

export const PublicationChange = changeOf({
  paused: v.optional(v.pipe(v.boolean(), v.description('false also enables a disabled publication'))),
  drain_rate: v.optional(
    v.pipe(
      DrainRate,
      v.description(
        `with \`paused\` false: how many parked deliveries go out a second; when absent, the rate of a drain that is under way, or ${DRAIN_RATE.default}`,
      ),
    ),
  ),
  ...webhookFields.changes,
  ...salesforceFields.changes,
  retry: v.optional(v.pipe(v.nullable(Retry), v.description('null: the usual schedule'))),
});
