import { isDue } from '../../base/due.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import {
  HEROKU_LOOK_AHEAD_MS_MAX,
  type HerokuResource,
  removedResource,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { herokuAccessToken } from './heroku-grant.ts';
import { endFormerCredentials, type HerokuRotationPorts, sendNextCredentials } from './heroku-rotation.ts';

export interface HerokuUpkeepPorts extends HerokuRotationPorts {
  readonly apps: AppStore;
}

/** Resources per minute; the rest are still due in the next minute. */
const RESOURCES_PER_RUN_MAX = 100;
/** Each may wait 15 s for Heroku, and the schedule has 55 s. */
const AT_ONCE_MAX = 40;

/**
 * Maintains the add-on resources that are due: exchanges grants that a request had no time for, refreshes tokens before
 * they expire, resends config vars, ends replaced credentials, and removes what Heroku has given up.
 */
export async function attendHerokuResources(ports: HerokuUpkeepPorts): Promise<number> {
  const due = await ports.herokuResources.listDue(ports.clock.now(), RESOURCES_PER_RUN_MAX);
  await sideBySide(due, AT_ONCE_MAX, (resource) => attend(ports, resource));
  return due.length;
}

async function attend(ports: HerokuUpkeepPorts, resource: HerokuResource): Promise<void> {
  const { grant, rotation, uuid, state } = resource;
  if (state === 'provisioning' || state === 'removing') {
    await ports.apps.remove(resource.appId);
    // A write that came first knows better, and leaves the resource due or does the rest.
    if ((await ports.herokuResources.update(removedResource(resource, ports.clock.now()))) === 'updated') {
      ports.log.write('HEROKU_RESOURCE_REMOVED', { appId: resource.appId, uuid, from: state });
    }
    return;
  }
  const nowMs = ports.clock.now();
  const hasCome = (atMs: number | undefined) =>
    atMs !== undefined && isDue(atMs, nowMs, HEROKU_LOOK_AHEAD_MS_MAX);
  if ('tryAtMs' in grant && hasCome(grant.tryAtMs)) await herokuAccessToken(ports, uuid, { ahead: true });
  if (!hasCome(rotation?.tryAtMs)) return;
  if (rotation?.isSent === true) await endFormerCredentials(ports, resource);
  else await sendNextCredentials(ports, uuid);
}
