/** Events that Salesforce recommends as the most of one Publish request. */
export const PUBLISH_BATCH_EVENTS_MAX = 200;
