/** What `sf org display --verbose` prints as "Sfdx Auth Url". */
export interface SfdxAuthUrl {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly refreshToken: string;
  /** Without the scheme. */
  readonly instanceHost: string;
}

const SFDX_AUTH_URL = /^force:\/\/([\w.-]+={0,2}):([\w.-]*={0,2}):([\w.-]+={0,2})@([\w.-]+(?::\d+)?)\/?$/;

/** Undefined if the text is not an SFDX URL. The URL is a secret: no message may show it. */
export function parseSfdxAuthUrl(text: string): SfdxAuthUrl | undefined {
  const match = SFDX_AUTH_URL.exec(text.trim());
  const [, clientId, clientSecret, refreshToken, instanceHost] = match ?? [];
  if (clientId === undefined || refreshToken === undefined || instanceHost === undefined) return undefined;
  return {
    clientId,
    clientSecret: clientSecret === undefined || clientSecret === '' ? undefined : clientSecret,
    refreshToken,
    instanceHost,
  };
}
