import type { HerokuResource } from './heroku-resource.ts';

/** The add-on resources of the installation. They are under no app: removing an app leaves them. */
export interface HerokuResourceStore {
  /** One of many that come at once is `created`. Whose `forgetAtMs` has come by then is forgotten. */
  create(resource: HerokuResource): Promise<'created' | 'there'>;
  get(uuid: string): Promise<HerokuResource | undefined>;
  /** Of the app, in whatever state but removed. */
  ofApp(appId: string): Promise<HerokuResource | undefined>;
  /** All that are not removed, by uuid: as many as there are apps of Heroku's. */
  list(): Promise<HerokuResource[]>;
  /** Writes it with `version + 1` if the stored version is still its own. */
  update(resource: HerokuResource): Promise<'updated' | 'changed' | 'gone'>;
  /** Those whose `dueAtMs` has come, or lies beyond `HEROKU_LOOK_AHEAD_MS_MAX`; earliest first. */
  listDue(nowMs: number, limit: number): Promise<HerokuResource[]>;
}
