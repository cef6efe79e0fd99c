// What functions may use of this folder.
export { HttpHerokuPlatform } from './heroku-platform.ts';
