import { wholeNumberOf } from '../../../base/whole-number.ts';
import { type Checked, isSalesforceHost, LOOPBACK, type Reach } from '../../outbound/org-url.ts';

/**
 * The hosts that an authorization may reach, and what is expected there. All user-supplied endpoints are checked here
 * first.
 */

export const DEFAULT_LOGIN_URL = 'https://login.salesforce.com';
export const DEFAULT_PUBSUB_ENDPOINT = 'api.pubsub.salesforce.com:443';

/** The ports on which Salesforce serves the Pub/Sub API. */
const PUBSUB_PORTS: ReadonlySet<string> = new Set(['443', '7443']);
const PORT_MAX = 65_535;
/** Checks the `host:port` of the Pub/Sub API. */
export function checkPubsubEndpoint(text: string, reach: Reach): Checked {
  const match = /^(\[::1\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::([1-9]\d{0,4}))?$/.exec(text);
  const host = match?.[1];
  const port = match?.[2] ?? '443';
  const fail = (found: string): Checked => ({
    ok: false,
    message: `expected a Pub/Sub API endpoint such as ${DEFAULT_PUBSUB_ENDPOINT} or api.deu.pubsub.salesforce.com:443, found ${found}`,
  });
  if (host === undefined || wholeNumberOf(port) > PORT_MAX) return fail(JSON.stringify(text.slice(0, 200)));
  if (LOOPBACK.has(host)) {
    if (!reach.insecure || !reach.allowLoopback) {
      return fail(
        `the loopback address ${host}, which only a local installation takes, and only with "insecure"`,
      );
    }
    return { ok: true, value: `${host}:${port}` };
  }
  if (reach.insecure) return fail(`${host} with "insecure", which is for loopback addresses only`);
  if (!isSalesforceHost(host)) return fail(`the host ${host}`);
  if (!PUBSUB_PORTS.has(port)) return fail(`the port ${port}`);
  return { ok: true, value: `${host}:${port}` };
}

/** login. and test.salesforce.com serve every org; client credentials are accepted only at the org's own domain. */
export function isSharedLoginHost(loginUrl: string): boolean {
  const host = new URL(loginUrl).hostname;
  return host === 'login.salesforce.com' || host === 'test.salesforce.com';
}
