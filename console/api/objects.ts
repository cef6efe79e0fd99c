// The API's answers, typed by the service's own schemas. Types only: the bundle contains none of it.
import type { InferOutput } from 'valibot';
import type * as authorizations from '../../src/management/authorizations/schema.ts';
import type * as deadLetters from '../../src/management/dead-letters/schema.ts';
import type * as deliveries from '../../src/management/deliveries/schema.ts';
import type * as feeds from '../../src/management/feeds/schema.ts';
import type * as flow from '../../src/management/flow/schema.ts';
import type * as history from '../../src/management/history/schema.ts';
import type * as publications from '../../src/management/publications/schema.ts';
import type * as quarantine from '../../src/management/quarantine/schema.ts';
import type * as redrives from '../../src/management/redrives/schema.ts';
import type * as status from '../../src/management/status/schema.ts';
import type * as streams from '../../src/management/streams/schema.ts';
import type * as subscriptions from '../../src/management/subscriptions/schema.ts';

export type Authorization = InferOutput<typeof authorizations.Authorization>;
export type Allocation = InferOutput<typeof authorizations.Allocation>;
export type Feed = InferOutput<typeof feeds.Feed>;
export type Status = InferOutput<typeof status.Status>;
export type Trace = InferOutput<typeof history.Trace>;
export type Delivery = InferOutput<typeof deliveries.Delivery>;
export type DeliveryPage = InferOutput<typeof deliveries.DeliveryPage>;
export type DeliveryCount = InferOutput<typeof deliveries.DeliveryCount>;
export type DeadLetter = InferOutput<typeof deadLetters.DeadLetter>;
export type DeadLetterPage = InferOutput<typeof deadLetters.DeadLetterPage>;
export type DeadLetterCount = InferOutput<typeof deadLetters.DeadLetterCount>;
export type DeadLetterDetail = InferOutput<typeof deadLetters.DeadLetterDetail>;
export type QuarantineRecord = InferOutput<typeof quarantine.QuarantineRecord>;
export type QuarantinedEvent = InferOutput<typeof quarantine.QuarantinedEvent>;
export type Redrive = InferOutput<typeof redrives.Redrive>;
export type DeliveryDetail = InferOutput<typeof deliveries.DeliveryDetail>;
export type Publication = InferOutput<typeof publications.Publication>;
export type Stream = InferOutput<typeof streams.Stream>;
export type Subscription = InferOutput<typeof subscriptions.Subscription>;
export type SubscriptionDetail = InferOutput<typeof subscriptions.SubscriptionDetail>;
export interface App {
  readonly id: string;
  readonly name: string;
}
export type Flow = InferOutput<typeof flow.Flow>;
export type HistoryPage = InferOutput<typeof history.HistoryPage>;
export type KeptEventPage = InferOutput<typeof subscriptions.KeptEventPage>;
export type RecordEvents = InferOutput<typeof history.RecordEvents>;
