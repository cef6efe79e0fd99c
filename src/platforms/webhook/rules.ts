import { WEBHOOK_URL_LENGTH_MAX } from '../../domain/publications/publication.ts';
import type { WebhookRules } from '../../domain/publications/webhook-rules.ts';
import { type AddressPolicy, checkWebhookUrl } from './address.ts';
import { newSigningSecret } from './signature.ts';

/** What this platform says of a new webhook before it is stored. */
export function webhookRules(policy: AddressPolicy): WebhookRules {
  return {
    urlFault(url) {
      const check = checkWebhookUrl(url, policy, WEBHOOK_URL_LENGTH_MAX);
      return check.ok ? undefined : check.message;
    },
    newSigningSecret,
  };
}
