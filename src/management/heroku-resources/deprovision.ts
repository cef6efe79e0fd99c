import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import {
  type HerokuResource,
  removedResource,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { deleteApp } from '../apps/manage-apps.ts';
import type { HerokuResourcePorts } from './provision.ts';

export interface DeprovisionPorts extends HerokuResourcePorts {
  readonly deliveries: DeliveryStore;
}

/** Statuses of unfinished deliveries, which are removed with the app. */
const NOT_ENDED = ['waiting', 'available', 'parked'] as const;
/** Higher counts are reported as this many. */
const COUNTED_MAX = 1_000;
/** When the schedule finishes what a request could not, because Heroku may not ask again. */
const LEFT_TO_SCHEDULE_MS = 5 * 60_000;

/**
 * Removes a resource's app with everything that it owns, and logs how much was undelivered. `gone`: there was nothing
 * to remove. An unknown resource counts as removed from now on, because a request to create it may still be in transit.
 */
export async function deprovision(ports: DeprovisionPorts, uuid: string): Promise<'removed' | 'gone'> {
  const { herokuResources, apps, clock } = ports;
  const resource = await markRemoving(ports, uuid);
  if (resource === undefined) return 'gone';
  const { appId, state: from } = resource;
  const app = await apps.get(appId);
  const counts = await Promise.all(
    NOT_ENDED.map(
      async (status) => [status, await ports.deliveries.count(appId, status, COUNTED_MAX)] as const,
    ),
  );
  if (app === undefined) await apps.remove(appId);
  else await deleteApp(ports, app);
  for (let current: HerokuResource | undefined = resource; current !== undefined; ) {
    if ((await herokuResources.update(removedResource(current, clock.now()))) !== 'changed') break;
    const again: HerokuResource | undefined = await herokuResources.get(uuid);
    current = again?.state === 'removed' ? undefined : again;
  }
  ports.log.write('HEROKU_RESOURCE_REMOVED', { appId, uuid, from, ...Object.fromEntries(counts) });
  return 'removed';
}

/** Returns the resource as it is now stored; undefined if it is already gone. */
async function markRemoving(
  { herokuResources, clock }: DeprovisionPorts,
  uuid: string,
): Promise<HerokuResource | undefined> {
  for (;;) {
    const resource = await herokuResources.get(uuid);
    const nowMs = clock.now();
    if (resource === undefined) {
      if ((await herokuResources.create(unknownResource(uuid, nowMs))) === 'created') return undefined;
      continue;
    }
    if (resource.state === 'removed') return undefined;
    const removing = withDue({ ...resource, state: 'removing', busyUntilMs: nowMs + LEFT_TO_SCHEDULE_MS });
    if ((await herokuResources.update(removing)) === 'updated')
      return { ...removing, version: removing.version + 1 };
  }
}

function unknownResource(uuid: string, nowMs: number): HerokuResource {
  const nobody = { tokenId: '', publishUser: '', subscribeUser: '' };
  return removedResource(
    {
      uuid,
      appId: '',
      addonName: '',
      plan: '',
      region: '',
      state: 'removed',
      secrets: {},
      grant: { state: 'none' },
      credentials: nobody,
      createdAtMs: nowMs,
      version: 1,
    },
    nowMs,
  );
}
