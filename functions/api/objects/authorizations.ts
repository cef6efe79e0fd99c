import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import { runsOutAtMs } from '../../../src/domain/authorizations/allocation-forecast.ts';
import { type AllocationReading, usedPercent } from '../../../src/domain/authorizations/allocation-store.ts';
import { type Authorization, GIVEN_SECRETS } from '../../../src/domain/authorizations/authorization.ts';
import type { Feed } from '../../../src/domain/feeds/feed.ts';
import { acceptedWithin } from '../../../src/domain/feeds/feed-progress.ts';
import type * as schema from '../../../src/management/authorizations/schema.ts';
import type { Shown } from '../shown.ts';
import { reasonObject } from './reason.ts';

const DAY_MS = 86_400_000;

export function authorizationObject(authorization: Authorization): Shown<typeof schema.Authorization> {
  const { alias, reason, pending } = authorization;
  return {
    id: authorization.id,
    alias,
    platform: authorization.platform,
    // The stock plugin recognises a completed authorization by `url`, which is null before.
    params: { org_name: alias, alias, url: authorization.instanceUrl ?? null },
    status: authorization.status,
    reason: reason && reasonObject(reason),
    flow: authorization.flow,
    login_url: authorization.loginUrl,
    client_id: authorization.clientId,
    pubsub_endpoint: authorization.pubsubEndpoint,
    insecure: authorization.insecure,
    given_secrets: givenSecrets(authorization),
    username: authorization.username,
    org_id: authorization.orgId,
    created_at: timeText(authorization.createdAtMs),
    refreshed_at: optionalTimeText(authorization.refreshedAtMs),
    extra:
      pending === undefined
        ? null
        : { redirect_uri: pending.authorizeUrl, reason: pending.reason && reasonObject(pending.reason) },
  };
}

function givenSecrets({ flow, secrets }: Authorization) {
  const isGiven = {
    client_secret: secrets.clientSecret !== undefined && flow !== 'sfdx-url',
    private_key: secrets.privateKey !== undefined,
    sfdx_auth_url: flow === 'sfdx-url',
  };
  return GIVEN_SECRETS.filter((name) => isGiven[name]);
}

/** `feeds` are the authorization's feeds; `published` is what we published with it in the current hour. */
export function allocationObject(
  { alias, orgId }: Authorization,
  reading: AllocationReading | undefined,
  feeds: readonly Feed[],
  published: number,
  nowMs: number,
): Shown<typeof schema.Allocation> {
  return {
    alias,
    org_id: orgId,
    read_at: optionalTimeText(reading?.readAtMs),
    limits: (reading?.limits ?? []).map((limit) => ({
      ...limit,
      used_percent: usedPercent(limit),
      runs_out_at: optionalTimeText(
        reading &&
          runsOutAtMs(
            reading,
            limit.name,
            feeds.map(({ hourly = [] }) => hourly),
          ),
      ),
    })),
    delivered_last_day: feeds.reduce(
      (sum, { hourly }) => sum + acceptedWithin(hourly ?? [], nowMs, DAY_MS),
      0,
    ),
    published_this_hour: published,
  };
}
