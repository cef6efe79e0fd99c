import { newUuid } from '../../src/base/ids.ts';
import type { HerokuConfigVars } from '../../src/domain/heroku-resources/heroku-addon.ts';
import type {
  HerokuAnswer,
  HerokuPlatform,
  HerokuTokenAnswer,
} from '../../src/domain/heroku-resources/heroku-platform.ts';

interface FarResource {
  readonly code: string;
  isCodeUsed: boolean;
  refreshToken: string | undefined;
  readonly accessTokens: Set<string>;
  readonly config: Map<string, string>;
}

/** Heroku as an add-on sees it, without network or clock: codes and tokens expire when a test says so. */
export class FarHeroku implements HerokuPlatform {
  readonly resources = new Map<string, FarResource>();
  /** Answers to give instead, first to last. */
  readonly failures: Exclude<HerokuAnswer, { readonly kind: 'done' }>[] = [];
  /** The requests received, in order. */
  readonly asked: string[] = [];
  expiresInMs = 28_799_000;
  /** Awaited before each answer. */
  before: () => Promise<void> = async () => undefined;

  grant(uuid: string = newUuid()): { readonly uuid: string; readonly code: string } {
    const code = newUuid();
    this.resources.set(uuid, {
      code,
      isCodeUsed: false,
      refreshToken: undefined,
      accessTokens: new Set(),
      config: new Map(),
    });
    return { uuid, code };
  }

  async exchange(code: string): Promise<HerokuTokenAnswer> {
    const failure = await this.#failure('exchange');
    if (failure !== undefined) return failure;
    const resource = [...this.resources.values()].find((each) => each.code === code && !each.isCodeUsed);
    if (resource === undefined) return REFUSED;
    resource.isCodeUsed = true;
    resource.refreshToken = newUuid();
    return this.#tokens(resource);
  }

  async refresh(refreshToken: string): Promise<HerokuTokenAnswer> {
    const failure = await this.#failure('refresh');
    if (failure !== undefined) return failure;
    const resource = [...this.resources.values()].find((each) => each.refreshToken === refreshToken);
    return resource === undefined ? REFUSED : this.#tokens(resource);
  }

  async setConfig(uuid: string, accessToken: string, configVars: HerokuConfigVars): Promise<HerokuAnswer> {
    const failure = await this.#failure('setConfig');
    if (failure !== undefined) return failure;
    const resource = this.resources.get(uuid);
    if (resource === undefined || !resource.accessTokens.has(accessToken)) return REFUSED;
    for (const [name, value] of Object.entries(configVars)) resource.config.set(name, value);
    return { kind: 'done' };
  }

  configOf(uuid: string): HerokuConfigVars {
    return Object.fromEntries(this.resources.get(uuid)?.config ?? []);
  }

  revoke(uuid: string): void {
    const resource = this.resources.get(uuid);
    if (resource === undefined) throw new Error(`expected a resource, found none of ${uuid}`);
    resource.refreshToken = undefined;
    resource.accessTokens.clear();
  }

  async #failure(asked: string): Promise<Exclude<HerokuAnswer, { readonly kind: 'done' }> | undefined> {
    this.asked.push(asked);
    await this.before();
    return this.failures.shift();
  }

  #tokens(resource: FarResource): HerokuTokenAnswer {
    const accessToken = newUuid();
    resource.accessTokens.add(accessToken);
    return {
      kind: 'tokens',
      accessToken,
      refreshToken: resource.refreshToken,
      expiresInMs: this.expiresInMs,
    };
  }
}

const REFUSED = { kind: 'refused', isUnauthorized: true, message: 'Heroku answered 401' } as const;
