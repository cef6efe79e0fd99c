import { expect, it } from 'vitest';
import type { AddressRules } from '../../src/domain/publications/address-rules.ts';
import { WEBHOOK_URL_LENGTH_MAX } from '../../src/platforms/webhook/target.ts';

export interface AddressRulesHarness {
  readonly rules: AddressRules;
  /** The rules of a local run, which may deliver to its own machine. */
  readonly local: AddressRules;
}

export function addressRulesContract(harness: () => AddressRulesHarness): void {
  const longUrl = (characters: number) => 'https://example.com/'.padEnd(characters, 'x');

  it.each(['https://example.com/hooks', 'https://example.com:8443/a?b=c', longUrl(WEBHOOK_URL_LENGTH_MAX)])(
    'takes %s everywhere',
    (url) => {
      expect(harness().rules.check(url)).toEqual({ ok: true, url: new URL(url).href });
      expect(harness().local.check(url)).toEqual({ ok: true, url: new URL(url).href });
    },
  );

  it.each(['http://127.0.0.1:8080/x', 'http://localhost:3000', 'https://localhost/'])(
    'takes %s in a local run only',
    (url) => {
      expect(harness().rules.check(url)).toMatchObject({
        ok: false,
        message: expect.stringMatching(/expected .*, found /),
      });
      expect(harness().local.check(url)).toEqual({ ok: true, url: new URL(url).href });
    },
  );

  it.each([
    ['no URL', 'weburl/api'],
    ['plain HTTP', 'http://example.com/'],
    ['an address within a network', 'https://10.0.0.1/'],
    ['the service that knows the credentials of a machine', 'https://169.254.169.254/latest'],
    ['a name within a network', 'https://intranet/'],
    ['a user and a password', 'https://user:pass@example.com/'],
    ['too long a URL', longUrl(WEBHOOK_URL_LENGTH_MAX + 1)],
  ])('says what was expected instead of %s', (_what, url) => {
    for (const rules of [harness().rules, harness().local]) {
      const check = rules.check(url);
      expect(check).toMatchObject({ ok: false, message: expect.stringMatching(/^expected /) });
      expect(JSON.stringify(check)).not.toContain('pass@');
    }
  });
}
