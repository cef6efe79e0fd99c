import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';
import { parseBase64 } from '../../../src/base/base64.ts';
import { parseDateTime } from '../../../src/base/calendar.ts';
import { isUuid } from '../../../src/base/ids.ts';
import type { HerokuAddon } from '../../../src/domain/heroku-resources/heroku-addon.ts';
import { changePlan } from '../../../src/management/heroku-resources/change-plan.ts';
import { deprovision } from '../../../src/management/heroku-resources/deprovision.ts';
import { type ProvisionRequest, provision } from '../../../src/management/heroku-resources/provision.ts';
import { addressKey, LoginGuard } from '../../../src/middleware/login-guard.ts';
import { bodyText, parseBody } from '../parse.ts';
import type { ApiDependencies } from '../ports.ts';
import { PROBLEMS, type Problem } from '../problems.ts';
import { answer, type Response, refusal } from './answers.ts';
import { RESOURCES_PATH, SIGN_ON_PATH } from './paths.ts';
import { singleSignOn } from './single-sign-on.ts';

/** Names and codes of Heroku's have some tens of characters; what is longer does not fit the box that encrypts it. */
const TEXT_LENGTH_MAX = 500;
const URL_LENGTH_MAX = 2_000;
/** Of a grant that does not say. */
const CODE_MS = 5 * 60_000;
const BUSY_RETRY_AFTER_SECONDS = 5;

const text = (max: number) => v.pipe(v.string(), v.maxLength(max));

/** What counts of Heroku's body. It may have more fields at any time, and these are not looked at. */
const Provision = v.looseObject({
  uuid: v.pipe(v.string(), v.toLowerCase(), v.check(isUuid, 'expected "uuid" to be the uuid of a resource')),
  name: v.nullish(text(TEXT_LENGTH_MAX), ''),
  plan: text(TEXT_LENGTH_MAX),
  region: text(TEXT_LENGTH_MAX),
  oauth_grant: v.nullish(
    v.looseObject({
      code: v.pipe(v.string(), v.minLength(1), v.maxLength(TEXT_LENGTH_MAX)),
      expires_at: v.nullish(v.string()),
    }),
  ),
  log_input_url: v.nullish(
    v.pipe(
      text(URL_LENGTH_MAX),
      v.check((url) => URL.canParse(url), 'expected "log_input_url" to be a URL'),
    ),
  ),
});
const Change = v.looseObject({ plan: text(TEXT_LENGTH_MAX) });

/**
 * Heroku's Add-on Partner API, version 3, and its single sign-on: docs/heroku.md. It is beside the management API and
 * in no OpenAPI document of ours, because the contract is Heroku's.
 */
export class HerokuPartnerApi {
  readonly #dependencies: ApiDependencies;
  readonly #guard: LoginGuard;

  constructor(dependencies: ApiDependencies) {
    this.#dependencies = dependencies;
    this.#guard = new LoginGuard(dependencies);
  }

  /** @param event of a path of Heroku's (`isHerokuPath`) */
  async respond(event: APIGatewayProxyEventV2, addon: HerokuAddon): Promise<Response> {
    return event.rawPath === SIGN_ON_PATH
      ? singleSignOn(event, addon, this.#dependencies)
      : this.#resources(event, addon);
  }

  async #resources(event: APIGatewayProxyEventV2, addon: HerokuAddon): Promise<Response> {
    const { sourceIp, method } = event.requestContext.http;
    if (!isHeroku(event.headers['authorization'], addon)) {
      // Counted and told of; never locked out, because Heroku may come from the same address.
      this.#guard.failedByShape(addressKey(sourceIp));
      return refusal(401, 'unauthorized', 'expected the slug and the password of the add-on, found others');
    }
    const body = bodyText(event);
    if (body.kind === 'refused') return refused(body);
    const uuid = event.rawPath.slice(RESOURCES_PATH.length + 1).toLowerCase();
    if (uuid === '') {
      return method === 'POST' ? this.#provision(addon, body.value) : wrongMethod('POST', method);
    }
    if (!isUuid(uuid)) return unknownResource();
    if (method === 'PUT') return this.#changePlan(addon, uuid, body.value);
    if (method === 'DELETE') return this.#deprovision(uuid);
    return wrongMethod('PUT, DELETE', method);
  }

  async #provision(addon: HerokuAddon, body: string): Promise<Response> {
    const parsed = parseBody(Provision, body);
    if (parsed.kind === 'refused') return refused(parsed);
    const outcome = await provision(this.#dependencies, addon, this.#requestOf(parsed.value));
    switch (outcome.kind) {
      case 'provisioned':
        return answer(200, {
          id: outcome.resource.uuid,
          message:
            'Sluice made an app for this add-on. Its commands come with the plugin: heroku events --help',
          config: outcome.configVars,
        });
      case 'gone':
        return gone();
      case 'busy':
        return refusal(
          503,
          'busy',
          'expected one request for this resource at a time, found another at work: try again',
          {
            'retry-after': String(BUSY_RETRY_AFTER_SECONDS),
          },
        );
      case 'refused':
        return refusal(422, outcome.id, outcome.message);
    }
  }

  #requestOf(body: v.InferOutput<typeof Provision>): ProvisionRequest {
    const { uuid, name, plan, region, oauth_grant: grant, log_input_url: logInputUrl } = body;
    const latestMs = this.#dependencies.clock.now() + CODE_MS;
    const statedMs = parseDateTime(grant?.expires_at ?? '') ?? latestMs;
    return {
      uuid,
      addonName: name ?? '',
      plan,
      region,
      // Whatever is stated: nobody waits longer for a code than codes live.
      grant:
        grant?.code === undefined
          ? undefined
          : {
              code: grant.code,
              expiresAtMs: Math.min(statedMs, latestMs),
            },
      logInputUrl: logInputUrl ?? undefined,
    };
  }

  async #changePlan(addon: HerokuAddon, uuid: string, body: string): Promise<Response> {
    const parsed = parseBody(Change, body);
    if (parsed.kind === 'refused') return refused(parsed);
    const { plan } = parsed.value;
    const outcome = await changePlan(this.#dependencies, addon, uuid, plan);
    switch (outcome.kind) {
      case 'changed':
        return answer(200, {
          message:
            outcome.from === plan
              ? `The plan is ${plan} already.`
              : `Changed from ${outcome.from} to ${plan}.`,
        });
      case 'unknown':
        return unknownResource();
      case 'gone':
        return gone();
      case 'refused':
        return refusal(422, outcome.id, outcome.message);
    }
  }

  async #deprovision(uuid: string): Promise<Response> {
    return (await deprovision(this.#dependencies, uuid)) === 'removed' ? answer(204) : gone();
  }
}

/** Both halves are compared whatever the other is, and by their hashes, which all have one length. */
function isHeroku(header: string | undefined, { slug, password }: HerokuAddon): boolean {
  const encoded = /^Basic +(\S{1,1000})$/i.exec(header ?? '')?.[1] ?? '';
  const given = parseBase64(encoded)?.toString('utf8') ?? '';
  return timingSafeEqual(digest(given), digest(`${slug}:${password}`));
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** A fault of Heroku's request: what is well-formed and cannot be followed is 422, as the contract says. */
function refused({ id, message }: Problem): Response {
  const status = id === 'invalid-request' ? 422 : PROBLEMS[id].status;
  return refusal(status, id, message);
}

function gone(): Response {
  return refusal(410, 'gone', 'the resource was removed');
}

function unknownResource(): Response {
  return refusal(404, 'not-found', 'expected the uuid of a resource of this add-on, found another');
}

function wrongMethod(allow: string, found: string): Response {
  return refusal(405, 'method-not-allowed', `expected ${allow} for this path, found ${found.slice(0, 20)}`, {
    allow,
  });
}
