import { describe } from 'vitest';
import { addressRules } from '../../src/platforms/webhook/index.ts';
import { addressRulesContract } from './address-rules.contract.ts';

describe('address rules', () => {
  addressRulesContract(() => ({
    rules: addressRules({ allowLoopback: false }),
    local: addressRules({ allowLoopback: true }),
  }));
});
