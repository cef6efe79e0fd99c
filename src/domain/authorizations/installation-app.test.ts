import { describe, expect, it } from 'vitest';
import { type InstallationApp, withInstallationApp } from './installation-app.ts';

const anywhere: InstallationApp = { clientId: '3MVG9' };
const acme: InstallationApp = { clientId: '3MVG9', loginUrl: 'https://acme.my.salesforce.com' };
const simulated: InstallationApp = {
  clientId: 'sim',
  loginUrl: 'http://127.0.0.1:4281',
  pubsubEndpoint: '127.0.0.1:4282',
};

describe('the app of an installation', () => {
  it('is taken where a request names none', () => {
    expect(withInstallationApp({}, anywhere)).toMatchObject({ clientId: '3MVG9', insecure: false });
    expect(withInstallationApp({}, acme)).toMatchObject({ clientId: '3MVG9', loginUrl: acme.loginUrl });
    expect(withInstallationApp({}, simulated)).toEqual({ ...simulated, insecure: true });
  });

  it('is taken with the place to log in that the request names, if it is good there', () => {
    const request = { loginUrl: 'https://test.salesforce.com' };
    expect(withInstallationApp(request, anywhere)).toMatchObject({ ...request, clientId: '3MVG9' });
    expect(withInstallationApp({ loginUrl: acme.loginUrl }, acme)).toMatchObject({ clientId: '3MVG9' });
    expect(withInstallationApp(request, acme)).toBe(request);
    expect(withInstallationApp(request, simulated)).toBe(request);
  });

  it('stays aside when the request names an app, or there is none', () => {
    const request = { clientId: 'mine' };
    expect(withInstallationApp(request, simulated)).toBe(request);
    expect(withInstallationApp({}, undefined)).toEqual({});
  });
});
