import { describe, expect, it } from 'vitest';
import { checkOrgUrl } from './org-url.ts';

const AWS = { insecure: false, allowLoopback: false };
const LAPTOP = { insecure: true, allowLoopback: true };

describe('an org URL', () => {
  it.each([
    ['https://login.salesforce.com', 'https://login.salesforce.com'],
    ['https://login.salesforce.com/', 'https://login.salesforce.com'],
    ['acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
    ['https://ACME--dev.sandbox.my.salesforce.com/some/page', 'https://acme--dev.sandbox.my.salesforce.com'],
    ['https://agency.my.salesforce.mil', 'https://agency.my.salesforce.mil'],
  ])('%s is %s', (text, value) => {
    expect(checkOrgUrl(text, AWS)).toEqual({ ok: true, value });
  });

  it.each([
    'http://login.salesforce.com',
    'https://example.com',
    'https://salesforce.com.example.com',
    'https://evilsalesforce.com',
    'https://login.salesforce.com:8443',
    'https://user:pw@login.salesforce.com',
    'https://169.254.169.254',
    'https://[::1]',
    'http://127.0.0.1:8080',
    'ftp://login.salesforce.com',
    '',
    'https://',
  ])('%s is refused', (text) => {
    expect(checkOrgUrl(text, AWS).ok).toBe(false);
  });

  it('is on loopback only where both the authorization and the installation say so', () => {
    const url = 'http://127.0.0.1:4280';
    expect(checkOrgUrl(url, LAPTOP)).toEqual({ ok: true, value: url });
    expect(checkOrgUrl(url, { ...LAPTOP, insecure: false }).ok).toBe(false);
    expect(checkOrgUrl(url, { ...LAPTOP, allowLoopback: false }).ok).toBe(false);
    expect(checkOrgUrl('http://login.salesforce.com', LAPTOP).ok).toBe(false);
  });
});
