import type * as v from 'valibot';
import * as apps from '../../src/management/apps/schema.ts';
import * as authorizations from '../../src/management/authorizations/schema.ts';
import * as consoles from '../../src/management/console/schema.ts';
import * as deadLetters from '../../src/management/dead-letters/schema.ts';
import * as deliveries from '../../src/management/deliveries/schema.ts';
import * as erasures from '../../src/management/erasures/schema.ts';
import * as feeds from '../../src/management/feeds/schema.ts';
import * as flow from '../../src/management/flow/schema.ts';
import * as herokuResources from '../../src/management/heroku-resources/schema.ts';
import * as history from '../../src/management/history/schema.ts';
import * as listeners from '../../src/management/listeners/schema.ts';
import * as logs from '../../src/management/logs/schema.ts';
import * as problems from '../../src/management/problems/schema.ts';
import * as publications from '../../src/management/publications/schema.ts';
import * as quarantine from '../../src/management/quarantine/schema.ts';
import * as redrives from '../../src/management/redrives/schema.ts';
import * as status from '../../src/management/status/schema.ts';
import * as streams from '../../src/management/streams/schema.ts';
import * as subscriptions from '../../src/management/subscriptions/schema.ts';
import { PublicationChange, SOURCE_SCHEMAS, SubscriptionChange, TARGET_SCHEMAS } from './platform-schemas.ts';

const {
  createdPublication: _created,
  newPublication: _newPublication,
  publicationChange: _publicationChange,
  ...publicationAnswers
} = publications;
const {
  newSubscription: _newSubscription,
  subscriptionChange: _subscriptionChange,
  ...subscriptionAnswers
} = subscriptions;

/**
 * Every schema that a schema.ts exports or derives from the platforms. Each is a component of the OpenAPI document,
 * under its name.
 */
export const COMPONENTS: { readonly [name: string]: v.GenericSchema } = {
  ...apps,
  ...authorizations,
  ...consoles,
  ...deadLetters,
  ...deliveries,
  ...erasures,
  ...feeds,
  ...flow,
  ...herokuResources,
  ...history,
  ...listeners,
  ...logs,
  ...problems,
  ...publicationAnswers,
  PublicationChange,
  ...quarantine,
  ...redrives,
  ...status,
  ...streams,
  ...subscriptionAnswers,
  SubscriptionChange,
  ...Object.fromEntries(
    TARGET_SCHEMAS.flatMap(({ requestName, request, answerName, answer }) => [
      [requestName, request],
      ...(answerName === undefined ? [] : [[answerName, answer]]),
    ]),
  ),
  ...Object.fromEntries(SOURCE_SCHEMAS.map(({ requestName, request }) => [requestName, request])),
};
