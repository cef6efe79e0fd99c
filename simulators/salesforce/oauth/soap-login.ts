import { escapeHtml, type HttpHandler, type HttpResponse } from '../http.ts';
import type { Org } from '../org/org.ts';

function xml(status: number, body: string): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
  };
}

function element(body: string, name: string): string {
  const text = new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`).exec(body)?.[1] ?? '';
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** The old login by user name and password, which some clients still offer. Implements only `login` of the SOAP API. */
export function soapLogin(org: Org, baseUrl: () => string): HttpHandler {
  return (request) => {
    const version = /^\/services\/Soap\/[uc]\/(\d+\.0)/.exec(request.path)?.[1];
    if (version === undefined) return undefined;
    const body = request.body.toString('utf8');
    // a security token may follow the password; the preset user has none
    const right =
      element(body, 'username') === org.user.username && element(body, 'password') === org.user.password;
    if (!/<(?:\w+:)?login[\s>]/.test(body) || !right || org.faults.inactiveUser) {
      const message = 'INVALID_LOGIN: Invalid username, password, security token; or user locked out.';
      return xml(
        500,
        `<soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>${message}</faultstring></soapenv:Fault>`,
      );
    }
    const session = org.tokens.openSession('SOAP', org.user.id, 'api');
    const url = `${baseUrl()}/services/Soap/u/${version}/${org.id.slice(0, 15)}`;
    return xml(
      200,
      `<loginResponse><result><metadataServerUrl>${url.replace('/u/', '/m/')}</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox><serverUrl>${url}</serverUrl><sessionId>${session.token}</sessionId><userId>${org.user.id}</userId><userInfo><organizationId>${org.id}</organizationId><organizationName>${escapeHtml(org.name)}</organizationName><userFullName>${escapeHtml(org.user.name)}</userFullName><userId>${org.user.id}</userId><userName>${escapeHtml(org.user.username)}</userName></userInfo></result></loginResponse>`,
    );
  };
}
