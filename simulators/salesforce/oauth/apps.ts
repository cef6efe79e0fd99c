import { createPublicKey, type KeyObject } from 'node:crypto';
import { isObject, stringOr } from '../json.ts';
import type { Storage } from '../org/storage.ts';
import { type Random, randomText } from '../random.ts';

/** An External Client App (or connected app) that may ask for tokens. */
export interface App {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  /** The PEM of the public key or certificate that verifies JWT bearer assertions. */
  readonly publicKey: string;
  readonly requirePkce: boolean;
  readonly requireSecretForRefresh: boolean;
  readonly rotateRefreshTokens: boolean;
  /** Ends refresh tokens that were unused for this long; 0 = never. */
  readonly refreshIdleMs: number;
  readonly clientCredentials: boolean;
}

const DAY_MS = 86_400_000;

export class Apps {
  readonly #storage: Storage;
  readonly #apps = new Map<string, App>();
  readonly main: App;

  constructor(storage: Storage, random: Random) {
    this.#storage = storage;
    let main: App | undefined;
    for (const { key, value } of storage.documents('app')) {
      if (!isObject(value)) continue;
      const app = readApp(key, value);
      this.#apps.set(key, app);
      if (value['main'] === true) main = app;
    }
    if (main === undefined) {
      main = {
        name: 'Sluice',
        clientId: `3MVG9${randomText(random, 80)}`,
        clientSecret: randomText(random, 64, '0123456789ABCDEF'),
        callbackUrls: [],
        scopes: ['api', 'refresh_token', 'openid', 'id', 'cdp_ingest_api'],
        publicKey: '',
        requirePkce: false,
        requireSecretForRefresh: false,
        rotateRefreshTokens: false,
        refreshIdleMs: 30 * DAY_MS,
        clientCredentials: true,
      };
      this.#apps.set(main.clientId, main);
      storage.put('app', main.clientId, { ...main, main: true });
    }
    this.main = main;
  }

  get(clientId: string): App | undefined {
    return this.#apps.get(clientId);
  }

  all(): App[] {
    return [...this.#apps.values()];
  }

  /** Adds an app, or changes some settings of one. */
  set(clientId: string, settings: Partial<Omit<App, 'clientId'>>): App {
    if (settings.publicKey !== undefined && settings.publicKey !== '') createPublicKey(settings.publicKey);
    const known = this.#apps.get(clientId);
    const app: App = { ...(known ?? readApp(clientId, {})), ...settings };
    this.#apps.set(clientId, app);
    this.#storage.put('app', clientId, { ...app, main: clientId === this.main.clientId });
    return app;
  }

  remove(clientId: string): void {
    this.#apps.delete(clientId);
    this.#storage.remove('app', clientId);
  }
}

export function publicKeyOf(app: App): KeyObject | undefined {
  return app.publicKey === '' ? undefined : createPublicKey(app.publicKey);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function readApp(clientId: string, value: Record<string, unknown>): App {
  const idle = value['refreshIdleMs'];
  return {
    name: stringOr(value['name'], 'App'),
    clientId,
    clientSecret: stringOr(value['clientSecret'], ''),
    callbackUrls: strings(value['callbackUrls']),
    scopes: Array.isArray(value['scopes']) ? strings(value['scopes']) : ['api', 'refresh_token'],
    publicKey: stringOr(value['publicKey'], ''),
    requirePkce: value['requirePkce'] === true,
    requireSecretForRefresh: value['requireSecretForRefresh'] === true,
    rotateRefreshTokens: value['rotateRefreshTokens'] === true,
    refreshIdleMs: typeof idle === 'number' ? idle : 30 * DAY_MS,
    clientCredentials: value['clientCredentials'] !== false,
  };
}
