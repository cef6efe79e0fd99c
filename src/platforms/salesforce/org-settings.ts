import type { FlagText } from '../../domain/command-text.ts';
import { ALIAS_NAMES, TOPIC_NAMES } from '../../domain/fields.ts';

// How a topic of an org is named, whether it is a source or a target. The pilot's first version had other names for both.

export const OLDER_NAMES = [TOPIC_NAMES, ALIAS_NAMES] as const;

export const TOPIC_FLAG: FlagText = {
  char: 't',
  olderNames: ['event'],
  olderChars: ['e'],
  description: 'topic in Salesforce, such as /data/OpportunityChangeEvent or /event/Order__e',
  required: true,
};
export const ALIAS_FLAG: FlagText = {
  char: 'A',
  olderNames: ['org-name'],
  olderChars: ['o'],
  description: 'alias of the authorization',
  required: true,
};
