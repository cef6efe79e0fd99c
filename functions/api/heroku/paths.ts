/** Heroku adds the uuid of a resource to the first; the browser of a person posts to the second. */
export const RESOURCES_PATH = '/heroku/resources';
export const SIGN_ON_PATH = '/heroku/sso';

/** Whether the path is one that Heroku asks for, where the installation is an add-on. */
export function isHerokuPath(rawPath: string): boolean {
  return rawPath === SIGN_ON_PATH || rawPath === RESOURCES_PATH || rawPath.startsWith(`${RESOURCES_PATH}/`);
}
