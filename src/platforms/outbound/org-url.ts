// A Salesforce URL that a user gave or that Salesforce answered with: our servers call it and send tokens.

/**
 * Salesforce's own domains, including those of its government and China clouds. Tokens and client secrets are sent to
 * these hosts and to no other: a login URL is user input that our servers then call.
 */
const SALESFORCE_DOMAINS = [
  'salesforce.com',
  'force.com',
  'cloudforce.com',
  'salesforce.mil',
  'sfcrmapps.cn',
  'sfcrmproducts.cn',
];
export const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

export interface Reach {
  /** The authorization requested plain text. */
  readonly insecure: boolean;
  /** The installation allows loopback addresses, as a laptop does. */
  readonly allowLoopback: boolean;
}

export type Checked =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string };

/** A login or instance URL, without path and trailing slash. */
export function checkOrgUrl(text: string, reach: Reach): Checked {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  const fail = (found: string): Checked => ({
    ok: false,
    message: `expected a URL of a Salesforce org such as https://login.salesforce.com, https://test.salesforce.com or https://mydomain.my.salesforce.com, found ${found}`,
  });
  if (url === null) return fail(JSON.stringify(text.slice(0, 200)));
  if (url.username !== '' || url.password !== '') return fail('one with a user or password in it');
  if (LOOPBACK.has(url.hostname)) {
    if (!reach.insecure || !reach.allowLoopback) {
      return fail(
        `the loopback address ${url.host}, which only a local installation takes, and only with "insecure"`,
      );
    }
    return { ok: true, value: url.origin };
  }
  if (url.protocol !== 'https:')
    return fail(`${url.protocol}//${url.host}, which is not https and not on loopback`);
  if (url.port !== '') return fail(`the port ${url.port}`);
  if (!isSalesforceHost(url.hostname)) return fail(`the host ${url.hostname}`);
  return { ok: true, value: url.origin };
}

export function isSalesforceHost(host: string): boolean {
  const lower = host.toLowerCase();
  return SALESFORCE_DOMAINS.some((domain) => lower.endsWith(`.${domain}`));
}
