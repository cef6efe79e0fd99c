import type { AddressRules } from '../../domain/publications/address-rules.ts';
import { type AddressPolicy, checkWebhookUrl } from '../outbound/address.ts';
import { WEBHOOK_URL_LENGTH_MAX } from './target.ts';

/** The checks that a delivery makes, as far as they are possible before one. */
export function addressRules(policy: AddressPolicy): AddressRules {
  return {
    check(text) {
      const check = checkWebhookUrl(text, policy, WEBHOOK_URL_LENGTH_MAX);
      return check.ok ? { ok: true, url: check.url.href } : check;
    },
  };
}

export { describeWebhookRequest } from './described-request.ts';
export { isProven } from './verify-inbound.ts';
