import { createHash } from 'node:crypto';
import { parseObject, stringOr } from '../salesforce/json.ts';
import type { Attachment, Platform, ResourceState } from './platform.ts';
import {
  type HerokuFaults,
  HerokuRefusal,
  type NewResource,
  type PartnerCall,
  type SsoForm,
} from './simulator.ts';

/** The hard limit in the former version of the API's documentation. */
const TIMEOUT_MS = 25_000;
const ACCEPT = 'application/vnd.heroku-addons+json; version=3';
const USER = { id: '89abcdef-0123-4567-89ab-cdef01234567', email: 'dev@example.com' };

/** The requests that Heroku makes to the service. */
export class Partner {
  readonly calls: PartnerCall[] = [];
  readonly #platform: Platform;
  readonly #faults: HerokuFaults;
  readonly #url: () => string;

  /** @param url the simulator's URL */
  constructor(platform: Platform, faults: HerokuFaults, url: () => string) {
    this.#platform = platform;
    this.#faults = faults;
    this.#url = url;
  }

  async create(given: NewResource): Promise<ResourceState> {
    const { plan = 'test', region = 'amazon-web-services::us-east-1', options = {} } = given;
    const platform = this.#platform;
    const app = platform.app(given.app);
    const isRepeat = given.uuid !== undefined && platform.resources.has(given.uuid);
    const resource = isRepeat
      ? platform.resource(given.uuid ?? '')
      : platform.newResource(
          app,
          { plan, region, name: given.name, uuid: given.uuid },
          { withoutGrant: this.#faults.withoutGrant, expired: this.#faults.grantExpired },
        );
    let attachment: Attachment | undefined;
    try {
      if (!isRepeat) attachment = platform.attach(resource, app, given.as);
      const call = await this.#call('POST', '', this.#provisionBody(resource, options));
      this.#finish(resource, call);
      return resource;
    } catch (error) {
      if (!isRepeat) {
        resource.attachments.splice(0);
        resource.state = 'deprovisioned';
        if (attachment === undefined) platform.resources.delete(resource.uuid);
      }
      throw error;
    }
  }

  async changePlan(resource: ResourceState, plan: string): Promise<void> {
    const { status, answer } = await this.#call('PUT', `/${resource.uuid}`, { plan });
    if (status !== 200 && status !== 202) throw refusal(status, answer);
    resource.plan = plan;
    const body = parseObject(answer);
    resource.message = stringOr(body?.['message'], '') || undefined;
    this.#setConfig(resource, body?.['config']);
  }

  async destroy(resource: ResourceState): Promise<void> {
    const { status, answer } = await this.#call('DELETE', `/${resource.uuid}`, undefined);
    if (status !== 204 && status !== 200 && status !== 410) throw refusal(status, answer);
    this.#platform.remove(resource);
  }

  ssoForm(resource: ResourceState, user = USER): SsoForm {
    const { addon, clock } = this.#platform;
    const timestamp = String(Math.floor(clock() / 1_000));
    const { uuid } = resource;
    const signed = [uuid, addon.ssoSalt, timestamp];
    return {
      url: addon.ssoUrl,
      fields: {
        resource_id: uuid,
        resource_token: createHash('sha1').update(signed.join(':')).digest('hex'),
        user_scoped_resource_token: createHash('sha256')
          .update([...signed, user.id, user.email].join(':'))
          .digest('hex'),
        timestamp,
        user_id: user.id,
        email: user.email,
        app: resource.owner.name,
        context_app: resource.owner.name,
        id: uuid,
        token: createHash('sha1').update(signed.join(':')).digest('hex'),
        'nav-data': Buffer.from(
          JSON.stringify({ addon: resource.name, appname: resource.owner.name }),
        ).toString('base64url'),
      },
    };
  }

  #provisionBody(resource: ResourceState, options: NewResource['options']): Record<string, unknown> {
    const { requires } = this.#platform;
    const { uuid, name, grant, plan, region } = resource;
    return {
      callback_url: `${this.#url()}/addons/${uuid}`,
      name,
      oauth_grant:
        grant === undefined
          ? null
          : {
              code: grant.code,
              expires_at: new Date(grant.expiresAtMs).toISOString().replace(/\.\d+Z$/, '+00:00'),
              type: 'authorization_code',
            },
      options,
      plan,
      region,
      uuid,
      ...(requires.includes('log_input') && { log_input_url: this.logInputUrl(resource) }),
    };
  }

  /** Includes the password. */
  logInputUrl({ logToken }: ResourceState): string {
    return `${this.#url().replace('://', `://token:${logToken}@`)}/logs`;
  }

  #finish(resource: ResourceState, { status, answer }: PartnerCall): void {
    if (status < 200 || status > 299) throw refusal(status, answer);
    const body = parseObject(answer);
    if (body === undefined || typeof body['id'] !== 'string' || body['id'] === '') {
      throw new HerokuRefusal(422, 'provider_error', 'the answer of the service has no id');
    }
    resource.message = stringOr(body['message'], '') || undefined;
    if (status === 202) return;
    this.#setConfig(resource, body['config']);
    resource.state = 'provisioned';
  }

  #setConfig(resource: ResourceState, config: unknown): void {
    if (config === undefined) return;
    const vars = Object.fromEntries(Object.entries(config ?? {}));
    const fault = this.#platform.configFault(vars);
    if (fault !== undefined) throw new HerokuRefusal(422, 'provider_error', fault);
    this.#platform.setConfig(
      resource,
      Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)])),
    );
  }

  async #call(
    method: PartnerCall['method'],
    path: string,
    body: Record<string, unknown> | undefined,
  ): Promise<PartnerCall> {
    const { slug, password, baseUrl } = this.#platform.addon;
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        accept: ACCEPT,
        authorization: `Basic ${Buffer.from(`${slug}:${password}`).toString('base64')}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const call = { method, path, body, status: response.status, answer: await response.text() };
    this.calls.push(call);
    return call;
  }
}

function refusal(status: number, answer: string): HerokuRefusal {
  const message = stringOr(parseObject(answer)?.['message'], '');
  // For a refusal, the person sees the service's message; for everything else, Heroku's own.
  return status === 422 && message !== ''
    ? new HerokuRefusal(422, 'provider_error', message)
    : new HerokuRefusal(
        503,
        'provider_error',
        `The add-on provider answered ${status}. Please try again later.`,
      );
}
