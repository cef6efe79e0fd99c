// What functions may import from this folder.
export { HttpHerokuPlatform } from './heroku-platform.ts';
export { makeFindLogInputUrl } from './log-input-url.ts';
