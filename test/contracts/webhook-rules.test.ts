import { describe } from 'vitest';
import { webhookRules } from '../../src/platforms/webhook/rules.ts';
import { webhookRulesContract } from './webhook-rules.contract.ts';

describe('webhook rules', () => {
  webhookRulesContract(() => ({
    rules: webhookRules({ allowLoopback: false }),
    local: webhookRules({ allowLoopback: true }),
  }));
});
