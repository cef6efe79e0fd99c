import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import {
  type HerokuResource,
  type HerokuResourceState,
  removedResource,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { HEROKU_REMOVING_MS } from '../../pipeline/upkeep/heroku-resources.ts';
import { removeApp } from '../../pipeline/upkeep/remove-app.ts';
import type { LogCode } from '../../telemetry/log-messages.ts';
import type { LogFields } from '../../telemetry/logger.ts';
import type { HerokuResourcePorts } from './provision.ts';

export interface DeprovisionPorts extends HerokuResourcePorts {
  readonly deliveries: DeliveryStore;
  /** Writes a line that the owner of the app reads in its own log at Heroku. Ends within a second or so, and never throws. */
  readonly tellHerokuApp?: ((code: LogCode, fields: LogFields) => Promise<void>) | undefined;
}

/** Statuses of unfinished deliveries, which are removed with the app. */
const NOT_ENDED = ['waiting', 'available', 'parked'] as const;
/** Higher counts are reported as this many. */
const COUNTED_MAX = 1_000;

/**
 * Removes a resource's app with everything that it owns, and logs how much was undelivered. `gone`: there was nothing
 * to remove. An unknown resource counts as removed from now on, because a request to create it may still be in transit.
 */
export async function deprovision(ports: DeprovisionPorts, uuid: string): Promise<'removed' | 'gone'> {
  const { herokuResources, clock } = ports;
  const marked = await markRemoving(ports, uuid);
  if (marked === undefined) return 'gone';
  const { resource, from } = marked;
  const { appId } = resource;
  const counts = await Promise.all(
    NOT_ENDED.map(
      async (status) => [status, await ports.deliveries.count(appId, status, COUNTED_MAX)] as const,
    ),
  );
  const fields = { appId, uuid, from, ...Object.fromEntries(counts) };
  // While Heroku still takes it; a repeat of the request tells nothing new.
  if (from === 'active') await ports.tellHerokuApp?.('HEROKU_RESOURCE_REMOVING', fields);
  await removeApp(ports, appId);
  for (let current: HerokuResource | undefined = resource; current !== undefined; ) {
    if ((await herokuResources.update(removedResource(current, clock.now()))) !== 'changed') break;
    const again: HerokuResource | undefined = await herokuResources.get(uuid);
    current = again?.state === 'removed' ? undefined : again;
  }
  ports.log.write('HEROKU_RESOURCE_REMOVED', fields);
  return 'removed';
}

/** Returns the resource as it is now stored, with its former state; undefined if it is already gone. */
async function markRemoving(
  { herokuResources, clock }: DeprovisionPorts,
  uuid: string,
): Promise<{ readonly resource: HerokuResource; readonly from: HerokuResourceState } | undefined> {
  for (;;) {
    const resource = await herokuResources.get(uuid);
    const nowMs = clock.now();
    if (resource === undefined) {
      if ((await herokuResources.create(unknownResource(uuid, nowMs))) === 'created') return undefined;
      continue;
    }
    if (resource.state === 'removed') return undefined;
    const removing = withDue({ ...resource, state: 'removing', busyUntilMs: nowMs + HEROKU_REMOVING_MS });
    if ((await herokuResources.update(removing)) !== 'updated') continue;
    return { resource: { ...removing, version: removing.version + 1 }, from: resource.state };
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
