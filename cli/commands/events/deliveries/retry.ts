import { Args, Flags, ux } from '@oclif/core';
import { ApiError, apiPath } from '../../../lib/api-client.ts';
import {
  type DeliveryFilter,
  deliveryFilterFlags,
  type ListedDelivery,
  listDeliveries,
} from '../../../lib/deliveries.ts';
import { UsageFailure } from '../../../lib/failure.ts';
import { withProgress } from '../../../lib/progress.ts';
import { type AppApi, AppCommand } from '../../../lib/sluice-command.ts';
import { visible } from '../../../lib/visible.ts';

/** One run's worth; run it again for more. */
const RETRIED_MAX = 10_000;
const PROGRESS_EVERY = 100;
/** What has ended without success: the rest is waiting for its own time, or for its publication. */
const RETRIED_BY_DEFAULT = ['rejected', 'exhausted'];

export default class DeliveriesRetry extends AppCommand {
  static override description =
    'try a delivery again now, or with --all every rejected and exhausted one (or those of --status), oldest first';
  static override args = { id: Args.string({ description: 'id of the delivery, as listed' }) };
  static override flags = {
    all: Flags.boolean({ description: 'every one that matches --status and --publication', default: false }),
    status: { ...deliveryFilterFlags.status, dependsOn: ['all'] },
    publication: { ...deliveryFilterFlags.publication, dependsOn: ['all'] },
  };
  static override examples = ['<%= config.bin %> events:deliveries:retry --all --publication crm -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeliveriesRetry);
    if ((args.id === undefined) !== flags.all) {
      throw new UsageFailure('expected the id of a delivery, or --all, and not both');
    }
    const api = this.openApp(flags);
    const { id } = args;
    if (id === undefined) return await retryAll(api, flags);
    await withProgress(`Retrying delivery ${id}`, () =>
      api.request('POST', apiPath`/deliveries/${id}/retry`),
    );
  }
}

async function retryAll(api: AppApi, filter: DeliveryFilter): Promise<void> {
  const statuses = filter.status === undefined ? RETRIED_BY_DEFAULT : [filter.status];
  ux.action.start('Retrying deliveries');
  // Listed whole before the first is retried: a retry changes what a page would hold.
  const listed: ListedDelivery[] = [];
  for (const status of statuses) {
    const { deliveries } = await listDeliveries(api, { ...filter, status }, RETRIED_MAX, 'oldest-first');
    listed.push(...deliveries);
  }
  const ids = listed
    .sort((one, other) => (one.created_at ?? '').localeCompare(other.created_at ?? ''))
    .slice(0, RETRIED_MAX)
    .map(({ id }) => id);
  const refusals: ApiError[] = [];
  for (const [at, id] of ids.entries()) {
    const refusal = await retryOne(api, id);
    if (refusal !== undefined) refusals.push(refusal);
    if ((at + 1) % PROGRESS_EVERY === 0) ux.action.status = `${at + 1} of ${ids.length}`;
  }
  const [first] = refusals;
  const queued = `done, ${ids.length - refusals.length} queued`;
  ux.action.stop(first === undefined ? queued : `${queued}, ${refusals.length} refused`);
  if (first !== undefined) ux.warn(visible(`The first refusal: ${first.message}`));
}

/** What the service said when it would not: one delivery that ended in between is no reason to leave the others. */
async function retryOne(api: AppApi, id: string): Promise<ApiError | undefined> {
  try {
    await api.request('POST', apiPath`/deliveries/${id}/retry`);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return error;
    throw error;
  }
}
