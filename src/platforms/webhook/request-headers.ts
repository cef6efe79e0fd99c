/** By content mode, what a receiver sees; a binary event has the type of its data. */
export const CONTENT_TYPES = {
  structured: 'application/cloudevents+json',
  batch: 'application/cloudevents-batch+json',
  binary: undefined,
} as const;
export const USER_AGENT = 'Sluice';
/** Of CloudEvents, those that every event has. */
export const BINARY_ATTRIBUTES = ['specversion', 'id', 'source', 'type'] as const;
