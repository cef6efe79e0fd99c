import { Args } from '@oclif/core';

/** A stream is named by what it links. */
export const streamArgs = {
  source: Args.string({ required: true, description: 'name or id of the subscription' }),
  target: Args.string({ required: true, description: 'name or id of the publication' }),
};
