/**
 * The content type that a receiver sees, by content mode; a binary event has the type of its data. No charset: JSON is
 * UTF-8, and the CloudEvents SDK for JavaScript accepts only some spellings of it.
 */
export const CONTENT_TYPES = {
  structured: 'application/cloudevents+json',
  batch: 'application/cloudevents-batch+json',
  binary: undefined,
} as const;
export const USER_AGENT = 'Sluice';
/** The CloudEvents attributes that every event has. */
export const BINARY_ATTRIBUTES = ['specversion', 'id', 'source', 'type'] as const;
