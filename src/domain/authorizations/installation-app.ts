/** The installation's External Client App, which authorizes an org when the request names no app of its own. */
export interface InstallationApp {
  readonly clientId: string;
  /** The only login URL that this app accepts; absent: any. */
  readonly loginUrl?: string | undefined;
  readonly pubsubEndpoint?: string | undefined;
}

interface AppRequest {
  readonly clientId?: string | undefined;
  readonly loginUrl?: string | undefined;
  readonly pubsubEndpoint?: string | undefined;
  readonly insecure?: boolean | undefined;
}

/**
 * The request, completed with the installation's app. It stays unchanged if it names its own app, or an org to which
 * the app does not belong.
 */
export function withInstallationApp<T extends AppRequest>(request: T, app: InstallationApp | undefined): T {
  if (app === undefined || request.clientId !== undefined) return request;
  if (request.loginUrl !== undefined && app.loginUrl !== undefined && request.loginUrl !== app.loginUrl) {
    return request;
  }
  const { clientId, loginUrl = request.loginUrl, pubsubEndpoint } = app;
  return {
    ...request,
    clientId,
    loginUrl,
    pubsubEndpoint: request.pubsubEndpoint ?? pubsubEndpoint,
    // Plain HTTP means a simulated org on this machine; the URL check refuses anything else.
    insecure: request.insecure ?? loginUrl?.startsWith('http:') === true,
  };
}
