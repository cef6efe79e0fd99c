import { isDue } from '../../base/due.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import {
  HEROKU_LOOK_AHEAD_MS_MAX,
  type HerokuResource,
  removedResource,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { herokuAccessToken } from './heroku-grant.ts';
import { endFormerCredentials, type HerokuRotationPorts, sendNextCredentials } from './heroku-rotation.ts';
import { type RemoveAppPorts, removeApp } from './remove-app.ts';

export interface HerokuUpkeepPorts extends HerokuRotationPorts, RemoveAppPorts {}

/** A removal that takes longer has died. The schedule then finishes it, because Heroku may not ask again. */
export const HEROKU_REMOVING_MS = 5 * 60_000;

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
  await sideBySide(due, AT_ONCE_MAX, async (resource) => {
    try {
      await attend(ports, resource);
    } catch (error) {
      // Of one resource, as a secret that cannot be decrypted: those of other apps are attended all the same.
      const { appId, uuid } = resource;
      ports.log.write('HEROKU_RESOURCE_NOT_ATTENDED', { appId, uuid, ...describeError(error) });
    }
  });
  return due.length;
}

async function attend(ports: HerokuUpkeepPorts, resource: HerokuResource): Promise<void> {
  const { grant, rotation, uuid, state } = resource;
  // An administrator may have deleted the app.
  if (state !== 'active' || (await ports.apps.get(resource.appId)) === undefined) return end(ports, resource);
  const nowMs = ports.clock.now();
  const hasCome = (atMs: number | undefined) =>
    atMs !== undefined && isDue(atMs, nowMs, HEROKU_LOOK_AHEAD_MS_MAX);
  if ('tryAtMs' in grant && hasCome(grant.tryAtMs)) await herokuAccessToken(ports, uuid, { ahead: true });
  if (!hasCome(rotation?.tryAtMs)) return;
  if (rotation?.isSent === true) await endFormerCredentials(ports, resource);
  else await sendNextCredentials(ports, uuid);
}

/** A request that still makes the app finds that it is to go before any of it goes; whoever dies here leaves it due again. */
async function end(ports: HerokuUpkeepPorts, resource: HerokuResource): Promise<void> {
  const { herokuResources, clock, log } = ports;
  const { appId, uuid, state: from } = resource;
  const removing = withDue({
    ...resource,
    state: 'removing',
    busyUntilMs: clock.now() + HEROKU_REMOVING_MS,
  });
  // A write that came first knows better, and leaves it due or does the rest.
  if ((await herokuResources.update(removing)) !== 'updated') return;
  await removeApp(ports, appId);
  const removed = removedResource({ ...removing, version: removing.version + 1 }, clock.now());
  if ((await herokuResources.update(removed)) === 'updated') {
    log.write('HEROKU_RESOURCE_REMOVED', { appId, uuid, from });
  }
}
