import type { FlagText } from '../../domain/command-text.ts';
import { ALIAS_NAMES, TOPIC_NAMES } from '../../domain/fields.ts';

// The settings that name an org's topic, as a source or a target. The pilot's first version used other names for both.

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
