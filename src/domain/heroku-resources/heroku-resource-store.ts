import type { HerokuResource } from './heroku-resource.ts';

/** Stores the installation's add-on resources. They belong to no app, so removing an app leaves them. */
export interface HerokuResourceStore {
  /** Only one of several concurrent calls gets `created`. A resource whose `forgetAtMs` has passed does not count. */
  create(resource: HerokuResource): Promise<'created' | 'there'>;
  get(uuid: string): Promise<HerokuResource | undefined>;
  /** The app's resource in any state but removed. */
  ofApp(appId: string): Promise<HerokuResource | undefined>;
  /** All resources that are not removed, sorted by uuid. There are as many as apps from Heroku. */
  list(): Promise<HerokuResource[]>;
  /** Writes `resource` with `version + 1` if the stored version is still `resource.version`. */
  update(resource: HerokuResource): Promise<'updated' | 'changed' | 'gone'>;
  /** The resources whose `dueAtMs` has passed, or lies more than `HEROKU_LOOK_AHEAD_MS_MAX` ahead; earliest first. */
  listDue(nowMs: number, limit: number): Promise<HerokuResource[]>;
}
