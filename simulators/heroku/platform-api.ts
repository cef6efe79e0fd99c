import { parseBase64 } from '../../src/base/base64.ts';
import { type HttpHandler, type HttpRequest, type HttpResponse, json } from '../salesforce/http.ts';
import { isObject, stringOr } from '../salesforce/json.ts';
import type { Partner } from './partner.ts';
import type { AppState, Attachment, Platform, ResourceState } from './platform.ts';
import { type HerokuFaults, HerokuRefusal } from './simulator.ts';

interface Parts {
  readonly platform: Platform;
  readonly partner: Partner;
  readonly faults: HerokuFaults;
  readonly login: string;
}

/** The Platform API, for the person with the login and for the service with the token of one resource. */
export function platformApi({ platform, partner, faults, login }: Parts): HttpHandler {
  async function answer(request: HttpRequest): Promise<HttpResponse | undefined> {
    const [, noun = '', id = '', part = '', name = ''] = request.path.split('/');
    if (!['apps', 'addons', 'actions', 'addon-attachments', 'account'].includes(noun)) return undefined;
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? basicPassword(request);
    if (token === login) return forPerson(request, [noun, id, part, name]);
    const resource = ofToken(token);
    if (resource === undefined) throw new HerokuRefusal(401, 'unauthorized', 'Invalid credentials provided.');
    if (faults.platformUnavailable > 0) {
      faults.platformUnavailable -= 1;
      return json(503, { id: 'unavailable', message: 'The service is not available.' });
    }
    // A token gives access to its own resource only.
    if (noun !== 'addons' || id !== resource.uuid) {
      throw new HerokuRefusal(403, 'forbidden', 'You do not have access to that.');
    }
    return forPartner(request, resource, part, name);
  }

  function ofToken(token: string): ResourceState | undefined {
    return [...platform.resources.values()].find(
      ({ accessTokens }) => (accessTokens.get(token) ?? 0) > platform.clock(),
    );
  }

  function forPartner(
    { method, json: body }: HttpRequest,
    resource: ResourceState,
    part: string,
    name: string,
  ): HttpResponse | undefined {
    if (method === 'GET' && part === '') return json(200, shown(resource));
    if (method === 'GET' && part === 'addon-attachments') {
      return json(
        200,
        resource.attachments.map((each) => shownAttachment(resource, each)),
      );
    }
    if (part === 'config' && method === 'GET') return json(200, configList(resource));
    if (part === 'config' && method === 'PATCH') {
      const list: unknown = body?.['config'];
      if (!Array.isArray(list)) throw new HerokuRefusal(400, 'bad_request', 'config is required');
      const config: Record<string, string | null> = {};
      for (const each of list) {
        if (!isObject(each) || typeof each['name'] !== 'string') {
          throw new HerokuRefusal(422, 'invalid_params', 'config has an entry without a name');
        }
        config[each['name']] = each['value'] === null ? null : stringOr(each['value'], '');
      }
      const set = Object.entries(config).filter(([, value]) => value !== null);
      const fault = platform.configFault(Object.fromEntries(set));
      if (fault !== undefined) throw new HerokuRefusal(422, 'invalid_params', fault);
      platform.setConfig(resource, config);
      return json(200, configList(resource));
    }
    if (method === 'POST' && part === 'actions' && name === 'provision') {
      resource.state = 'provisioned';
      return json(200, shown(resource));
    }
    if (method === 'POST' && part === 'actions' && name === 'deprovision') {
      platform.remove(resource);
      return json(200, shown(resource));
    }
    return undefined;
  }

  async function forPerson(
    { method, json: body }: HttpRequest,
    [noun, id, part, name]: readonly [string, string, string, string],
  ): Promise<HttpResponse | undefined> {
    if (noun === 'account' && method === 'GET')
      return json(200, { email: 'dev@example.com', id: 'a-person' });
    if (noun === 'actions' && method === 'POST') return json(200, resolve(id, body ?? {}));
    if (noun === 'addon-attachments' && method === 'POST') {
      const resource = platform.resource(named(body?.['addon']));
      const attachment = platform.attach(
        resource,
        platform.app(named(body?.['app'])),
        optional(body?.['name']),
      );
      platform.showConfig(resource, attachment);
      return json(201, shownAttachment(resource, attachment));
    }
    if (noun === 'addons' && method === 'GET' && part === '') return json(200, shown(platform.resource(id)));
    if (noun === 'addons' && method === 'GET' && part === 'config')
      return json(200, configList(platform.resource(id)));
    if (noun !== 'apps') return undefined;
    const app = platform.app(id);
    if (method === 'GET' && part === '') return json(200, shownApp(app));
    if (method === 'GET' && part === 'config-vars') return json(200, Object.fromEntries(app.vars));
    const attachments = platform.attachmentsOf(app);
    if (method === 'GET' && part === 'addon-attachments') {
      return json(
        200,
        attachments.map((each) => shownAttachment(each.resource, each)),
      );
    }
    if (part !== 'addons') return undefined;
    if (method === 'GET') {
      return json(200, [...new Set(attachments.map(({ resource }) => resource))].map(shown));
    }
    if (method === 'POST') {
      const plan = named(body?.['plan']);
      const [slug, short = 'test'] = plan.split(':');
      if (slug !== platform.addon.slug) {
        throw new HerokuRefusal(
          404,
          'not_found',
          `Couldn't find either the add-on service or the add-on plan of "${plan}".`,
        );
      }
      const given = isObject(body?.['attachment']) ? optional(body['attachment']['name']) : undefined;
      const config = isObject(body?.['config']) ? body['config'] : {};
      const options = Object.entries(config).map(([key, value]): [string, string | boolean] => [
        key,
        value === true ? true : stringOr(value, ''),
      ]);
      const asked = optional(body?.['name']);
      const resource = await partner.create({
        app: app.name,
        plan: short,
        options: Object.fromEntries(options),
        ...(given !== undefined && { as: given }),
        ...(asked !== undefined && { name: asked }),
      });
      return json(201, { ...shown(resource), provision_message: resource.message ?? null });
    }
    const resource = platform.resource(name);
    if (method === 'PATCH') {
      await partner.changePlan(resource, named(body?.['plan']).replace(/^.*:/, ''));
      return json(200, { ...shown(resource), provision_message: resource.message ?? null });
    }
    if (method === 'DELETE') {
      const answered = shown(resource);
      await partner.destroy(resource);
      return json(200, { ...answered, state: 'deprovisioned' });
    }
    return undefined;
  }

  /** `POST /actions/addons/resolve`, `POST /actions/addon-attachments/resolve`. */
  function resolve(what: string, body: Record<string, unknown>): unknown {
    const app =
      body['app'] === undefined || body['app'] === null ? undefined : platform.app(named(body['app']));
    const wanted = named(body[what === 'addons' ? 'addon' : 'addon_attachment']).replace(/^.*::/, '');
    const all = [...platform.resources.values()].filter(({ state }) => state !== 'deprovisioned');
    const matches = all.flatMap((resource) =>
      resource.attachments
        .filter((each) => app === undefined || each.app === app)
        .filter(
          ({ name, id }) =>
            [name, id, resource.name, resource.uuid].includes(wanted) || wanted === platform.addon.slug,
        )
        .map((attachment) => ({ resource, attachment })),
    );
    if (matches.length === 0) throw new HerokuRefusal(404, 'not_found', "Couldn't find that add-on.");
    return what === 'addons'
      ? [...new Set(matches.map(({ resource }) => resource))].map(shown)
      : matches.map(({ resource, attachment }) => shownAttachment(resource, attachment));
  }

  function shown(resource: ResourceState) {
    const { uuid, name, state, plan, owner, config } = resource;
    return {
      id: uuid,
      provider_id: uuid,
      name,
      state,
      addon_service: { id: platform.addon.slug, name: platform.addon.slug },
      plan: { id: plan, name: `${platform.addon.slug}:${plan}` },
      billing_entity: { id: owner.id, name: owner.name, type: 'app' },
      billed_price: { cents: 0, contract: false, unit: 'month' },
      app: { id: owner.id, name: owner.name },
      actions: [],
      config_vars: [...config.keys()],
      web_url: `https://addons-sso.heroku.com/apps/${owner.name}/addons/${uuid}`,
      created_at: '2026-11-28T20:00:00Z',
      updated_at: '2026-11-28T20:00:00Z',
    };
  }

  function shownAttachment(resource: ResourceState, { id, app, name }: Attachment) {
    return {
      id,
      name,
      namespace: null,
      app: { id: app.id, name: app.name },
      addon: {
        id: resource.uuid,
        name: resource.name,
        app: { id: resource.owner.id, name: resource.owner.name },
      },
      web_url: `https://addons-sso.heroku.com/apps/${app.name}/addons/${resource.uuid}`,
      log_input_url: platform.requires.includes('log_input') ? partner.logInputUrl(resource) : null,
      config_vars: [...resource.config.keys()].map((each) => `${name}${each.slice(platform.prefix.length)}`),
    };
  }

  return async (request) => {
    if (faults.platformDelayMs > 0)
      await new Promise((resolve) => setTimeout(resolve, faults.platformDelayMs));
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof HerokuRefusal) return json(error.status, { id: error.id, message: error.message });
      throw error;
    }
  };
}

function configList({ config }: ResourceState) {
  return [...config].map(([name, value]) => ({ name, value }));
}

function shownApp({ id, name }: AppState) {
  return { id, name };
}

/** A reference given as text or as an object with a name or id. */
function named(value: unknown): string {
  if (isObject(value)) return stringOr(value['name'], stringOr(value['id'], ''));
  return stringOr(value, '');
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The CLI stores it in .netrc, where the user is the e-mail address. */
function basicPassword({ headers }: HttpRequest): string {
  const encoded = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const login = parseBase64(encoded)?.toString('utf8') ?? '';
  return login.replace(/^[^:]*:/, '');
}
