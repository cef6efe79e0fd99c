import { Args } from '@oclif/core';

/** A stream is identified by the two ends that it links. */
export const streamArgs = {
  source: Args.string({ required: true, description: 'name or id of the subscription' }),
  target: Args.string({ required: true, description: 'name or id of the publication' }),
};
