import type { HerokuAddon } from '../../domain/heroku-resources/heroku-addon.ts';
import type { HerokuResource } from '../../domain/heroku-resources/heroku-resource.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { type HerokuResourcePorts, planFault } from './provision.ts';

export type PlanChanged =
  | { readonly kind: 'changed'; readonly from: string; readonly resource: HerokuResource }
  | { readonly kind: 'unknown' | 'gone' }
  | Refusal;

/** Handles a plan change from Heroku, possibly to the current plan. */
export async function changePlan(
  ports: HerokuResourcePorts,
  addon: HerokuAddon,
  uuid: string,
  plan: string,
): Promise<PlanChanged> {
  for (;;) {
    const resource = await ports.herokuResources.get(uuid);
    if (resource === undefined) return { kind: 'unknown' };
    if (resource.state === 'removing' || resource.state === 'removed') return { kind: 'gone' };
    const fault = planFault(addon, plan);
    if (fault !== undefined) return fault;
    const { plan: from, appId } = resource;
    if (from !== plan && (await ports.herokuResources.update({ ...resource, plan })) !== 'updated') continue;
    ports.log.write('HEROKU_PLAN_CHANGED', { appId, uuid, from, plan });
    return { kind: 'changed', from, resource: { ...resource, plan } };
  }
}
