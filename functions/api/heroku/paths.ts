/** Heroku appends a resource's uuid to the first path; a person's browser posts to the second. */
export const RESOURCES_PATH = '/heroku/resources';
export const SIGN_ON_PATH = '/heroku/sso';

/** Whether Heroku calls this path when the installation is an add-on. */
export function isHerokuPath(rawPath: string): boolean {
  return rawPath === SIGN_ON_PATH || rawPath === RESOURCES_PATH || rawPath.startsWith(`${RESOURCES_PATH}/`);
}
