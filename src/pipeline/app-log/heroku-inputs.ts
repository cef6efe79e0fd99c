import { makeCache } from '../../base/cache.ts';
import { type HerokuResource, herokuSecretContext } from '../../domain/heroku-resources/heroku-resource.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { AppLogInput } from './app-log.ts';

export interface HerokuInputsPorts {
  readonly resources: Pick<HerokuResourceStore, 'ofApp' | 'get' | 'update'>;
  readonly secrets: SecretBox;
  /**
   * The URL that Heroku currently has for the resource; undefined if Heroku does not tell. Only the schedule asks
   * Heroku: other processes read the stored one from the record.
   */
  readonly freshUrl?: ((resource: HerokuResource) => Promise<string | undefined>) | undefined;
}

const URLS_MAX = 1_000;
/** A URL that could not be stored is requested again at the next refusal. */
const STORE_TRIES_MAX = 3;

/** Finds the log of the Heroku app for which an app was created, if there is one. */
export class HerokuInputs {
  readonly #ports: HerokuInputsPorts;
  /** By ciphertext: a process decrypts each URL only once, because decryption costs a request. */
  readonly #urls = makeCache<string>(URLS_MAX);

  constructor(ports: HerokuInputsPorts) {
    this.#ports = ports;
  }

  async of(appId: string): Promise<readonly AppLogInput[]> {
    const input = await this.#inputOf(await this.#ports.resources.ofApp(appId));
    return input === undefined ? [] : [input];
  }

  /** The same input with a new URL, after its old URL refused. */
  async renewed(refused: AppLogInput): Promise<AppLogInput | undefined> {
    const { resources, freshUrl } = this.#ports;
    const resource = await resources.get(refused.id);
    const stored = await this.#inputOf(resource);
    // The first process to ask Heroku has stored the new URL.
    if (resource === undefined || stored === undefined || stored.url !== refused.url) return stored;
    const url = await freshUrl?.(resource);
    if (url === undefined || url === refused.url) return undefined;
    await this.#store(resource, url);
    return { ...stored, url };
  }

  async #inputOf(resource: HerokuResource | undefined): Promise<AppLogInput | undefined> {
    const ciphertext = resource?.secrets.logInputUrl;
    if (resource === undefined || ciphertext === undefined) return undefined;
    const url =
      this.#urls.get(ciphertext) ??
      (await this.#ports.secrets.decrypt(ciphertext, herokuSecretContext(resource, 'logInputUrl')));
    this.#urls.set(ciphertext, url);
    const { uuid: id, addonName, configVarsPrefix: source = 'HEROKUEVENTS' } = resource;
    return { id, url, source, addon: addonName === '' ? id : addonName };
  }

  /** Retries when others write the record meanwhile, such as the refresh of the token that Heroku was asked with. */
  async #store(resource: HerokuResource, url: string): Promise<void> {
    const { resources, secrets } = this.#ports;
    const logInputUrl = await secrets.encrypt(url, herokuSecretContext(resource, 'logInputUrl'));
    for (let tries = 0; tries < STORE_TRIES_MAX; tries += 1) {
      const current = await resources.get(resource.uuid);
      // The resource was removed, or another process has stored a URL: that one counts.
      if (current === undefined || current.secrets.logInputUrl !== resource.secrets.logInputUrl) return;
      const changed = { ...current, secrets: { ...current.secrets, logInputUrl } };
      if ((await resources.update(changed)) !== 'changed') return;
    }
  }
}
