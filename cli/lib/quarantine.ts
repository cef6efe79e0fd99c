import { Args } from '@oclif/core';

export const quarantinedArgs = {
  id: Args.string({ required: true, description: 'id of the event in quarantine, as listed' }),
};
