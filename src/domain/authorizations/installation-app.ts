/** The External Client App of an installation, by which an org is authorized when a request names no app of its own. */
export interface InstallationApp {
  readonly clientId: string;
  /** The one place where this app can be logged in to; absent: any. */
  readonly loginUrl?: string | undefined;
  readonly pubsubEndpoint?: string | undefined;
}

interface AppRequest {
  readonly clientId?: string | undefined;
  readonly loginUrl?: string | undefined;
  readonly pubsubEndpoint?: string | undefined;
  readonly insecure?: boolean | undefined;
}

/** The request with what the installation's app fills in; as it is when it names an app, or an org that the app is not of. */
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
    // A simulated org on this machine; anything else is refused where URLs are checked.
    insecure: request.insecure ?? loginUrl?.startsWith('http:') === true,
  };
}
